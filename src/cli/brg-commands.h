#pragma once

#include "cli/brg-cli.h"

/* One file per command; what each does is in its help. */

extern const BrgCommand brg_command_info;
extern const BrgCommand brg_command_import;
extern const BrgCommand brg_command_segment;
extern const BrgCommand brg_command_defect;
extern const BrgCommand brg_command_mesh;
extern const BrgCommand brg_command_voxelize;
extern const BrgCommand brg_command_points;
extern const BrgCommand brg_command_preview;
extern const BrgCommand brg_command_eval;
extern const BrgCommand brg_command_replay;
extern const BrgCommand brg_command_export;
extern const BrgCommand brg_command_log;
extern const BrgCommand brg_command_verify;
