#include "widgets/brg-mesh-packs.h"

#include "engine/brg-mesh-reduce.h"

typedef struct
{
  BrgMesh *mesh;
  double crease_deg;
  gboolean proxy;
} Request;

static void
request_free (Request *request)
{
  brg_mesh_unref (request->mesh);
  g_free (request);
}

static BrgMeshPack *
pack_proxy (const BrgMesh *mesh, double crease_deg, BrgError *error)
{
  BrgMesh *light = brg_mesh_proxy (mesh, BRG_PROXY_TRIANGLES, error);
  BrgMeshPack *pack = light != NULL ? brg_mesh_pack_new (light, crease_deg, error) : NULL;

  brg_mesh_unref (light);
  return pack;
}

static void
work (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  const Request *request = data;
  GError *error = NULL;
  BrgMeshPacks *packs =
    brg_mesh_packs_new (request->mesh, request->crease_deg, request->proxy, &error);

  if (packs != NULL)
    g_task_return_pointer (task, packs, (GDestroyNotify) brg_mesh_packs_free);
  else
    g_task_return_error (task, error);
}

BrgMeshPacks *
brg_mesh_packs_new (const BrgMesh *mesh, double crease_deg, gboolean proxy, GError **error)
{
  g_autoptr (BrgMeshPacks) packs = g_new0 (BrgMeshPacks, 1);
  gboolean wanted = proxy && mesh->n_triangles > BRG_PROXY_TRIANGLES;
  BrgError fault = { 0 };

  packs->full = brg_mesh_pack_new (mesh, crease_deg, &fault);
  if (packs->full != NULL && wanted)
    packs->proxy = pack_proxy (mesh, crease_deg, &fault);
  if (packs->full != NULL && (packs->proxy != NULL || !wanted))
    return g_steal_pointer (&packs);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, fault.message);
  return NULL;
}

void
brg_mesh_packs_free (BrgMeshPacks *packs)
{
  if (packs == NULL)
    return;
  brg_mesh_pack_free (packs->full);
  brg_mesh_pack_free (packs->proxy);
  g_free (packs);
}

void
brg_mesh_packs_new_async (BrgMesh *mesh,
                          double crease_deg,
                          gboolean proxy,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);
  Request *request = g_new (Request, 1);

  *request = (Request){ brg_mesh_ref (mesh), crease_deg, proxy };
  g_task_set_task_data (task, request, (GDestroyNotify) request_free);
  g_task_run_in_thread (task, work);
}

BrgMeshPacks *
brg_mesh_packs_new_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
