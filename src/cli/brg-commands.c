#include "cli/brg-commands.h"

static const BrgCommand *const commands[] = {
  &brg_command_info, &brg_command_import,   &brg_command_segment, &brg_command_defect,
  &brg_command_mesh, &brg_command_voxelize, &brg_command_points,  &brg_command_preview,
  &brg_command_eval, &brg_command_verify,   &brg_command_replay,  &brg_command_export,
  &brg_command_log,
};

const BrgCommand *const *
brg_commands (size_t *n_commands)
{
  *n_commands = G_N_ELEMENTS (commands);
  return commands;
}
