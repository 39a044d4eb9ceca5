#include "engine/brg-mesh-weld.h"

#include <string.h>

#include "engine/brg-alloc.h"

#define FREE_SLOT UINT32_MAX

/* Open addressing over a power of two; a slot holds a vertex index. */
typedef struct
{
  uint32_t *slots;
  size_t n_slots;
  BrgMesh *mesh;
} Table;

static uint64_t
hash_point (const float *point)
{
  uint64_t hash = 0;

  for (int a = 0; a < 3; a++)
    {
      uint32_t bits;
      memcpy (&bits, point + a, sizeof bits);
      hash = (hash ^ bits) * UINT64_C (0x9e3779b97f4a7c15);
      hash ^= hash >> 29;
    }
  return hash;
}

static uint32_t
find_or_add (Table *table, const float corner[3])
{
  /* Adding 0 turns -0 into 0. */
  float point[3] = { corner[0] + 0.0f, corner[1] + 0.0f, corner[2] + 0.0f };
  size_t slot = hash_point (point) & (table->n_slots - 1);
  BrgMesh *mesh = table->mesh;

  for (; table->slots[slot] != FREE_SLOT; slot = (slot + 1) & (table->n_slots - 1))
    {
      const float *other = mesh->xyz + 3 * (size_t) table->slots[slot];
      if (memcmp (other, point, sizeof point) == 0)
        return table->slots[slot];
    }
  memcpy (mesh->xyz + 3 * mesh->n_vertices, point, sizeof point);
  table->slots[slot] = (uint32_t) mesh->n_vertices;
  return (uint32_t) mesh->n_vertices++;
}

static bool
allocate_table (Table *table, size_t n_triangles, BrgError *error)
{
  table->n_slots = 16;
  while (table->n_slots < 6 * n_triangles)
    table->n_slots *= 2;
  table->slots = brg_alloc (table->n_slots, sizeof *table->slots, error);
  table->mesh = table->slots ? brg_mesh_new (3 * n_triangles, n_triangles, error) : NULL;
  if (table->mesh == NULL)
    return false;
  memset (table->slots, 0xff, table->n_slots * sizeof *table->slots);
  table->mesh->n_vertices = table->mesh->n_triangles = 0;
  return true;
}

BrgMesh *
brg_mesh_weld (const float *corners, size_t n_triangles, size_t *n_dropped, BrgError *error)
{
  Table table = { 0 };

  if (n_triangles > UINT32_MAX / 3)
    {
      brg_error_set (error, BRG_UNSUPPORTED, "%zu triangles are too many", n_triangles);
      return NULL;
    }
  if (allocate_table (&table, n_triangles, error))
    for (size_t t = 0; t < n_triangles; t++)
      {
        uint32_t *out = table.mesh->triangles + 3 * table.mesh->n_triangles;
        for (size_t c = 0; c < 3; c++)
          out[c] = find_or_add (&table, corners + 9 * t + 3 * c);
        table.mesh->n_triangles += out[0] != out[1] && out[1] != out[2] && out[2] != out[0];
      }
  brg_free (table.slots);
  if (table.mesh != NULL && n_dropped != NULL)
    *n_dropped = n_triangles - table.mesh->n_triangles;
  return table.mesh;
}
