#define G_LOG_DOMAIN "brg-slice-view"

#include "widgets/brg-slice-view-private.h"

#include <glib/gi18n.h>

#include "engine/brg-alloc.h"

#define FIT_MARGIN   26
#define MIN_SIZE     120
#define NATURAL_SIZE 320
#define MIN_BRUSH_MM 0.1
#define MAX_BRUSH_MM 100.0
#define BYTES_PER_PX 4

G_DEFINE_ENUM_TYPE (BrgPlane,
                    brg_plane,
                    G_DEFINE_ENUM_VALUE (BRG_AXIAL, "axial"),
                    G_DEFINE_ENUM_VALUE (BRG_CORONAL, "coronal"),
                    G_DEFINE_ENUM_VALUE (BRG_SAGITTAL, "sagittal"))

G_DEFINE_FINAL_TYPE (BrgSliceView, brg_slice_view, GTK_TYPE_WIDGET)

enum
{
  PROP_PLANE = 1,
  PROP_CROSSHAIR,
  PROP_LEVEL_HU,
  PROP_WINDOW_HU,
  PROP_TOOL,
  PROP_BRUSH_RADIUS_MM,
  PROP_INTERPOLATE,
  N_PROPS,
};

static GParamSpec *props[N_PROPS];

static void
notify (BrgSliceView *self, int prop)
{
  g_object_notify_by_pspec (G_OBJECT (self), props[prop]);
}

static void
drop_layers (BrgSliceView *self)
{
  for (size_t l = 0; l < self->n_layers; l++)
    brg_mask_unref ((BrgMask *) self->layers[l].mask);
  self->n_layers = 0;
}

static void
drop_preview (BrgSliceView *self)
{
  brg_mask_unref ((BrgMask *) self->preview.restrict_to);
  self->preview = (BrgSlicePreview){ 0 };
}

/* Adapts the map to the widget's size in device pixels. */
static void
update_map (BrgSliceView *self)
{
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  int width_px = gtk_widget_get_width (GTK_WIDGET (self)) * scale;
  int height_px = gtk_widget_get_height (GTK_WIDGET (self)) * scale;

  if (self->volume == NULL || width_px < 1 || height_px < 1)
    return;
  if (self->fitted)
    self->map = brg_slice_fit (&self->volume->grid, self->plane, self->map.index, width_px,
                               height_px, FIT_MARGIN * scale);
  self->map.width_px = width_px;
  self->map.height_px = height_px;
  _brg_slice_view_make_stale (self);
}

static void
compose (BrgSliceView *self)
{
  BrgSliceRequest request = { .map = self->map,
                              .linear = self->interpolate,
                              .level_hu = self->level_hu,
                              .window_hu = self->window_hu,
                              .preview = self->preview,
                              .layers = self->layers,
                              .n_layers = self->n_layers };
  size_t stride = (size_t) self->map.width_px * BYTES_PER_PX;
  size_t n_bytes = stride * (size_t) self->map.height_px;
  BrgError error = { 0 };
  uint8_t *bgra = brg_alloc (n_bytes, 1, &error);

  if (bgra == NULL || brg_slice_compose (self->volume, &request, bgra, stride, &error) != BRG_OK)
    {
      brg_free (bgra);
      self->fault = g_strdup (error.message);
      return;
    }
  g_autoptr (GBytes) bytes = g_bytes_new_with_free_func (bgra, n_bytes, brg_free, bgra);
  self->texture = gdk_memory_texture_new (self->map.width_px, self->map.height_px,
                                          GDK_MEMORY_B8G8R8A8_PREMULTIPLIED, bytes, stride);
}

static void
brg_slice_view_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  BrgSliceView *self = BRG_SLICE_VIEW (widget);

  if (gtk_widget_get_width (widget) < 1 || gtk_widget_get_height (widget) < 1)
    return;
  if (self->volume != NULL && self->texture == NULL && self->fault == NULL)
    compose (self);
  _brg_slice_view_draw (self, snapshot);
}

static void
brg_slice_view_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  GTK_WIDGET_CLASS (brg_slice_view_parent_class)->size_allocate (widget, width, height, baseline);
  update_map (BRG_SLICE_VIEW (widget));
}

static void
brg_slice_view_measure (GtkWidget *widget,
                        GtkOrientation orientation,
                        int for_size,
                        int *minimum,
                        int *natural,
                        int *minimum_baseline,
                        int *natural_baseline)
{
  *minimum = MIN_SIZE;
  *natural = NATURAL_SIZE;
}

static void
brg_slice_view_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  BrgSliceView *self = BRG_SLICE_VIEW (object);

  switch (id)
    {
    case PROP_PLANE:
      g_value_set_enum (value, (gint) self->plane);
      break;
    case PROP_CROSSHAIR:
      g_value_set_boxed (value, &self->crosshair);
      break;
    case PROP_LEVEL_HU:
      g_value_set_double (value, self->level_hu);
      break;
    case PROP_WINDOW_HU:
      g_value_set_double (value, self->window_hu);
      break;
    case PROP_TOOL:
      g_value_set_enum (value, (gint) self->tool);
      break;
    case PROP_BRUSH_RADIUS_MM:
      g_value_set_double (value, self->brush_radius_mm);
      break;
    case PROP_INTERPOLATE:
      g_value_set_boolean (value, self->interpolate);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
brg_slice_view_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  BrgSliceView *self = BRG_SLICE_VIEW (object);

  switch (id)
    {
    case PROP_PLANE:
      self->plane = (BrgPlane) g_value_get_enum (value);
      break;
    case PROP_CROSSHAIR:
      if (g_value_get_boxed (value) != NULL)
        brg_slice_view_set_crosshair (self, *(const BrgVec3 *) g_value_get_boxed (value));
      break;
    case PROP_LEVEL_HU:
      _brg_slice_view_apply_window (self, g_value_get_double (value), self->window_hu);
      break;
    case PROP_WINDOW_HU:
      _brg_slice_view_apply_window (self, self->level_hu, g_value_get_double (value));
      break;
    case PROP_TOOL:
      brg_slice_view_set_tool (self, (BrgTool) g_value_get_enum (value));
      break;
    case PROP_BRUSH_RADIUS_MM:
      brg_slice_view_set_brush_radius_mm (self, g_value_get_double (value));
      break;
    case PROP_INTERPOLATE:
      brg_slice_view_set_interpolate (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
brg_slice_view_constructed (GObject *object)
{
  G_OBJECT_CLASS (brg_slice_view_parent_class)->constructed (object);
  _brg_slice_view_update_accessible (BRG_SLICE_VIEW (object));
}

static void
brg_slice_view_dispose (GObject *object)
{
  BrgSliceView *self = BRG_SLICE_VIEW (object);

  drop_layers (self);
  drop_preview (self);
  g_clear_pointer (&self->volume, brg_volume_unref);
  g_clear_object (&self->texture);
  g_clear_pointer (&self->fault, g_free);
  G_OBJECT_CLASS (brg_slice_view_parent_class)->dispose (object);
}

static void
install_props (GObjectClass *object_class)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  props[PROP_PLANE] =
    g_param_spec_enum ("plane", NULL, NULL, BRG_TYPE_PLANE, BRG_AXIAL,
                       G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  props[PROP_CROSSHAIR] = g_param_spec_boxed ("crosshair", NULL, NULL, BRG_TYPE_VEC3, flags);
  props[PROP_LEVEL_HU] =
    g_param_spec_double ("level-hu", NULL, NULL, -G_MAXDOUBLE, G_MAXDOUBLE, 300, flags);
  props[PROP_WINDOW_HU] =
    g_param_spec_double ("window-hu", NULL, NULL, -G_MAXDOUBLE, G_MAXDOUBLE, 2000, flags);
  props[PROP_TOOL] =
    g_param_spec_enum ("tool", NULL, NULL, BRG_TYPE_TOOL, BRG_TOOL_NAVIGATE, flags);
  props[PROP_BRUSH_RADIUS_MM] =
    g_param_spec_double ("brush-radius-mm", NULL, NULL, -G_MAXDOUBLE, G_MAXDOUBLE, 4, flags);
  props[PROP_INTERPOLATE] = g_param_spec_boolean ("interpolate", NULL, NULL, TRUE, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
install_signal (const char *name, guint n_params, GType first, GType second)
{
  g_signal_new (name, BRG_TYPE_SLICE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                n_params, first, second);
}

static void
install_signals (void)
{
  const GType vec3 = BRG_TYPE_VEC3 | G_SIGNAL_TYPE_STATIC_SCOPE;

  install_signal ("index-changed", 1, G_TYPE_INT, 0);
  install_signal ("crosshair-moved", 1, vec3, 0);
  install_signal ("window-changed", 2, G_TYPE_DOUBLE, G_TYPE_DOUBLE);
  install_signal ("stroke-begin", 1, G_TYPE_BOOLEAN, 0);
  install_signal ("stroke-to", 2, G_TYPE_POINTER, G_TYPE_POINTER);
  install_signal ("stroke-end", 0, 0, 0);
  install_signal ("picked", 1, vec3, 0);
  install_signal ("dragged", 2, vec3, G_TYPE_BOOLEAN);
  install_signal ("maximise", 0, 0, 0);
  install_signal ("hover", 1, G_TYPE_POINTER, 0);
}

static void
brg_slice_view_class_init (BrgSliceViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = brg_slice_view_get_property;
  object_class->set_property = brg_slice_view_set_property;
  object_class->constructed = brg_slice_view_constructed;
  object_class->dispose = brg_slice_view_dispose;
  widget_class->snapshot = brg_slice_view_snapshot;
  widget_class->size_allocate = brg_slice_view_size_allocate;
  widget_class->measure = brg_slice_view_measure;
  install_props (object_class);
  install_signals ();
  gtk_widget_class_set_css_name (widget_class, "brgsliceview");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
brg_slice_view_init (BrgSliceView *self)
{
  self->level_hu = 300;
  self->window_hu = 2000;
  self->interpolate = TRUE;
  self->brush_radius_mm = 4;
  self->fitted = TRUE;
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  g_signal_connect (self, "notify::scale-factor", G_CALLBACK (update_map), NULL);
  g_signal_connect (self, "notify::has-focus", G_CALLBACK (gtk_widget_queue_draw), NULL);
  _brg_slice_view_init_input (self);
}

/* ---- shared with the other files ---- */

void
_brg_slice_view_vox_at (BrgSliceView *self, double x, double y, double vox[3])
{
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  double px[2] = { x * scale, y * scale };

  brg_slice_vox_from_px (&self->volume->grid, &self->map, px, vox);
}

int
_brg_slice_view_n_slices (BrgSliceView *self)
{
  return self->volume == NULL ? 0 : brg_plane_n_slices (&self->volume->grid, self->plane);
}

const char *
_brg_slice_view_plane_name (BrgPlane plane)
{
  switch (plane)
    {
    case BRG_AXIAL:
      return _ ("Axial");
    case BRG_CORONAL:
      return _ ("Coronal");
    default:
      return _ ("Sagittal");
    }
}

void
_brg_slice_view_update_accessible (BrgSliceView *self)
{
  const char *name = _brg_slice_view_plane_name (self->plane);
  /* Translators: the plane, then the number of the slice and how many there are. */
  g_autofree char *label = self->volume == NULL
                             ? g_strdup_printf (_ ("%s view, no scan"), name)
                             : g_strdup_printf (_ ("%s slice %d of %d"), name, self->map.index + 1,
                                                _brg_slice_view_n_slices (self));

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

void
_brg_slice_view_make_stale (BrgSliceView *self)
{
  g_clear_object (&self->texture);
  g_clear_pointer (&self->fault, g_free);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* ---- public ---- */

GtkWidget *
brg_slice_view_new (BrgPlane plane)
{
  return g_object_new (BRG_TYPE_SLICE_VIEW, "plane", plane, NULL);
}

void
brg_slice_view_set_volume (BrgSliceView *self, BrgVolume *volume)
{
  g_return_if_fail (BRG_IS_SLICE_VIEW (self));

  if (volume == self->volume)
    return;
  _brg_slice_view_end_stroke (self);
  drop_layers (self);
  drop_preview (self);
  g_clear_pointer (&self->volume, brg_volume_unref);
  self->fitted = TRUE;
  self->map.index = 0;
  if (volume != NULL)
    {
      const int *dim = volume->grid.dim;
      BrgVec3 middle = brg_vec3 (dim[0] / 2, dim[1] / 2, dim[2] / 2);
      self->volume = brg_volume_ref (volume);
      self->crosshair = brg_grid_lps_from_vox (&volume->grid, middle);
      self->map.index = _brg_slice_view_slice_of_crosshair (self);
      notify (self, PROP_CROSSHAIR);
    }
  update_map (self);
  _brg_slice_view_make_stale (self);
  _brg_slice_view_update_accessible (self);
}

void
brg_slice_view_set_layers (BrgSliceView *self, const BrgSliceLayer *layers, size_t n_layers)
{
  BrgSliceLayer taken[BRG_SLICE_MAX_LAYERS];
  size_t n_taken = 0;

  g_return_if_fail (BRG_IS_SLICE_VIEW (self));

  for (size_t l = 0; l < n_layers && n_taken < BRG_SLICE_MAX_LAYERS; l++)
    if (layers[l].mask != NULL)
      {
        brg_mask_ref ((BrgMask *) layers[l].mask);
        taken[n_taken++] = layers[l];
      }
  drop_layers (self);
  memcpy (self->layers, taken, n_taken * sizeof *taken);
  self->n_layers = n_taken;
  _brg_slice_view_make_stale (self);
}

void
brg_slice_view_set_preview (BrgSliceView *self, const BrgSlicePreview *preview)
{
  BrgSlicePreview taken = preview != NULL ? *preview : (BrgSlicePreview){ 0 };

  g_return_if_fail (BRG_IS_SLICE_VIEW (self));

  if (!taken.on && !self->preview.on)
    return;
  if (taken.restrict_to != NULL)
    brg_mask_ref ((BrgMask *) taken.restrict_to);
  drop_preview (self);
  self->preview = taken;
  _brg_slice_view_make_stale (self);
}

void
brg_slice_view_invalidate (BrgSliceView *self, const BrgBox *box)
{
  int normal = brg_plane_axes (self->plane).normal;

  g_return_if_fail (BRG_IS_SLICE_VIEW (self));

  if (box == NULL || (self->map.index >= box->lo[normal] && self->map.index < box->hi[normal]))
    _brg_slice_view_make_stale (self);
}

void
brg_slice_view_set_window (BrgSliceView *self, double level_hu, double window_hu)
{
  g_return_if_fail (BRG_IS_SLICE_VIEW (self));

  _brg_slice_view_apply_window (self, level_hu, window_hu);
}

void
brg_slice_view_set_crosshair (BrgSliceView *self, BrgVec3 lps_mm)
{
  g_return_if_fail (BRG_IS_SLICE_VIEW (self));

  _brg_slice_view_place_crosshair (self, lps_mm);
}

BrgVec3
brg_slice_view_get_crosshair (BrgSliceView *self)
{
  return self->crosshair;
}

int
brg_slice_view_get_index (BrgSliceView *self)
{
  return self->map.index;
}

void
brg_slice_view_set_tool (BrgSliceView *self, BrgTool tool)
{
  g_return_if_fail (BRG_IS_SLICE_VIEW (self));

  if (tool == self->tool)
    return;
  _brg_slice_view_end_stroke (self);
  self->tool = tool;
  _brg_slice_view_update_cursor (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  notify (self, PROP_TOOL);
}

void
brg_slice_view_set_brush_radius_mm (BrgSliceView *self, double radius_mm)
{
  g_return_if_fail (BRG_IS_SLICE_VIEW (self));

  radius_mm = CLAMP (radius_mm, MIN_BRUSH_MM, MAX_BRUSH_MM);
  if (radius_mm == self->brush_radius_mm)
    return;
  self->brush_radius_mm = radius_mm;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  notify (self, PROP_BRUSH_RADIUS_MM);
}

void
brg_slice_view_set_interpolate (BrgSliceView *self, gboolean interpolate)
{
  g_return_if_fail (BRG_IS_SLICE_VIEW (self));

  if (self->interpolate == !!interpolate)
    return;
  self->interpolate = !!interpolate;
  _brg_slice_view_make_stale (self);
  notify (self, PROP_INTERPOLATE);
}

void
brg_slice_view_set_lone (BrgSliceView *self, gboolean lone)
{
  g_return_if_fail (BRG_IS_SLICE_VIEW (self));

  self->lone = lone;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
brg_slice_view_reset (BrgSliceView *self)
{
  g_return_if_fail (BRG_IS_SLICE_VIEW (self));

  self->fitted = TRUE;
  update_map (self);
}

BrgPlane
brg_slice_view_get_plane (BrgSliceView *self)
{
  return self->plane;
}

const BrgSliceMap *
brg_slice_view_get_map (BrgSliceView *self)
{
  return &self->map;
}
