#include "case/brg-import.h"

#include <glib/gi18n.h>

#include "engine/brg-deface.h"
#include "engine/brg-histogram.h"
#include "engine/brg-recipe.h"

gboolean
brg_import_is_known (const BrgImport *self)
{
  return self->format[0] != '\0';
}

BrgImport
brg_import_of_image (const BrgImageInfo *header)
{
  BrgImport self = { .n_files = 1, .held = header->held };

  g_strlcpy (self.format, header->format, sizeof self.format);
  return self;
}

/* Values without any air among them are no HU. By the default threshold all of their tissue would
 * be bone; by one that is said to be bone, and is not, skin is. The face would stay. */
static BrgStatus
check_bone (const BrgVolume *scan, int bone_hu, BrgJob *job, BrgError *error)
{
  g_autofree BrgHistogram *histogram = g_new (BrgHistogram, 1);

  if (bone_hu >= BRG_IMPORT_MIN_BONE_HU)
    return BRG_OK;
  BrgStatus status = brg_histogram (scan, histogram, job, error);
  gboolean is_hu = status == BRG_OK && histogram->min_hu <= BRG_IMPORT_MAX_AIR_HU;
  if (status == BRG_OK && !is_hu && bone_hu == 0)
    status = brg_error_set (error, BRG_UNSUPPORTED,
                            "the lowest value is %d, so these are no HU: which of them are bone "
                            "has to be said, or the face would stay",
                            histogram->min_hu);
  else if (is_hu && bone_hu != 0)
    status = brg_error_set (error, BRG_INVALID,
                            "at %d HU skin is taken for bone, and the face would stay: bone is %d "
                            "HU and more",
                            bone_hu, BRG_IMPORT_MIN_BONE_HU);
  return status;
}

BrgVolume *
brg_import_deface (BrgImport *self,
                   BrgVolume *scan,
                   const BrgImportOptions *options,
                   BrgJob *job,
                   BrgError *error)
{
  size_t n_blanked;

  if (!options->deface)
    return scan;
  if (check_bone (scan, options->bone_hu, job, error) != BRG_OK)
    {
      brg_volume_unref (scan);
      return NULL;
    }
  self->bone_hu = options->bone_hu != 0 ? options->bone_hu : brg_recipe_default ().threshold_lo_hu;
  BrgVolume *defaced = brg_deface (scan, self->bone_hu, options->deface_mm, &n_blanked, job, error);
  brg_volume_unref (scan);
  if (defaced == NULL)
    return NULL;
  self->deface_mm =
    self->is_defaced ? MIN (self->deface_mm, options->deface_mm) : options->deface_mm;
  self->is_defaced = TRUE;
  self->n_blanked += n_blanked;
  return defaced;
}

gboolean
brg_import_shows_face (const BrgImport *self)
{
  return !self->is_defaced || self->bone_hu < BRG_IMPORT_MIN_BONE_HU;
}

char *
brg_import_describe (const BrgImport *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (!brg_import_is_known (self))
    return NULL;
  g_string_append_printf (text, "%u %s of %s", self->n_files, self->n_files == 1 ? "file" : "files",
                          self->format);
  g_string_append_printf (text, "; %" G_GUINT64_FORMAT " other data dropped",
                          brg_data_tally_total (&self->held));
  if (self->is_resampled)
    g_string_append_printf (text, "; resampled to slices %.3f mm apart, %u of them made up",
                            self->step_mm, self->n_made_up);
  if (self->is_defaced)
    g_string_append_printf (text, "; face taken out beyond %.3g mm of bone (%d HU)",
                            self->deface_mm, self->bone_hu);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
report_dropped (const BrgImport *self, GPtrArray *lines)
{
  for (int kind = 0; kind < BRG_DATA_N_KINDS; kind++)
    if (self->held.n[kind] > 0)
      g_ptr_array_add (lines, g_strdup_printf (_ ("Dropped: %s (%lu)"),
                                               _ (brg_data_kind_title ((BrgDataKind) kind)),
                                               (gulong) self->held.n[kind]));
  if (brg_data_tally_total (&self->held) == 0)
    g_ptr_array_add (lines, g_strdup (_ ("There was nothing to drop.")));
}

GStrv
brg_import_report (const BrgImport *self)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new ();

  if (brg_import_is_known (self))
    {
      g_ptr_array_add (lines, g_strdup_printf (ngettext ("Read: %u file (%s)",
                                                         "Read: %u files (%s)", self->n_files),
                                               self->n_files, self->format));
      report_dropped (self, lines);
      g_ptr_array_add (lines, g_strdup (_ ("Kept: the voxels, their size and where they lie")));
    }
  if (self->is_resampled)
    g_ptr_array_add (
      lines,
      g_strdup_printf (ngettext ("Resampled: %.3f mm apart, %u slice made up",
                                 "Resampled: %.3f mm apart, %u slices made up", self->n_made_up),
                       self->step_mm, self->n_made_up));
  if (self->is_defaced)
    g_ptr_array_add (lines, g_strdup_printf (_ ("Face taken out: what is more than %.3g mm from "
                                                "bone (%lu voxels)"),
                                             self->deface_mm, (gulong) self->n_blanked));
  g_ptr_array_add (lines, NULL);
  return (GStrv) g_ptr_array_free (g_steal_pointer (&lines), FALSE);
}

const char *const *
brg_import_codes (const BrgImport *self)
{
  static const char *const basic[] = { "113100", NULL };
  static const char *const defaced[] = { "113100", "113102", NULL };

  return self->is_defaced ? defaced : basic;
}
