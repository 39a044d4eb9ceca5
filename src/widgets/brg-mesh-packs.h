#pragma once

#include <gio/gio.h>

#include "engine/brg-mesh.h"
#include "render/brg-mesh-pack.h"

G_BEGIN_DECLS

/* What the mesh view uploads for one mesh, prepared off the main thread. */
typedef struct
{
  BrgMeshPack *full;
  BrgMeshPack *proxy; /* for slow GL; NULL if not wanted or the mesh is light enough */
} BrgMeshPacks;

#define BRG_PROXY_TRIANGLES 90000

/* Any thread. NULL and `error` (G_IO_ERROR_FAILED) when memory is short. */
BrgMeshPacks *
brg_mesh_packs_new (const BrgMesh *mesh, double crease_deg, gboolean proxy, GError **error);
void brg_mesh_packs_free (BrgMeshPacks *packs);

/* The same in a worker thread. Keeps its own reference to `mesh`, which nobody may write to. */
void brg_mesh_packs_new_async (BrgMesh *mesh,
                               double crease_deg,
                               gboolean proxy,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
BrgMeshPacks *brg_mesh_packs_new_finish (GAsyncResult *result, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BrgMeshPacks, brg_mesh_packs_free)

G_END_DECLS
