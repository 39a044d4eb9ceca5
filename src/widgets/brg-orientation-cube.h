#pragma once

#include <gtk/gtk.h>

#include "render/brg-camera.h"

G_BEGIN_DECLS

/* A small cube in the corner of the mesh view that turns with its camera. Faces carry the letter of
 * the side of the patient they show (R L A P S I). A click on a face activates the action
 * "mesh.look" with the name of that side. */
#define BRG_TYPE_ORIENTATION_CUBE (brg_orientation_cube_get_type ())
G_DECLARE_FINAL_TYPE (BrgOrientationCube, brg_orientation_cube, BRG, ORIENTATION_CUBE, GtkWidget)

void brg_orientation_cube_set_camera (BrgOrientationCube *self, const BrgCamera *camera);

/* The side (BrgViewDirection) whose face is under a point of the widget; -1 beside the cube. */
int brg_orientation_cube_pick (BrgOrientationCube *self, double x, double y);

G_END_DECLS
