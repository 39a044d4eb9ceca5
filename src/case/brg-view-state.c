#include "case/brg-view-state.h"

struct _BrgViewState
{
  GObject parent_instance;

  BrgVec3 crosshair;
  double level_hu, window_hu;
  BrgTool tool;
  double brush_radius_mm;
  gboolean overlay;
  double overlay_opacity;
  gboolean interpolate;
  gboolean threshold_dragging;
  gboolean defect_dragging;
};

enum
{
  PROP_CROSSHAIR = 1,
  PROP_LEVEL_HU,
  PROP_WINDOW_HU,
  PROP_TOOL,
  PROP_BRUSH_RADIUS_MM,
  PROP_OVERLAY,
  PROP_OVERLAY_OPACITY,
  PROP_INTERPOLATE,
  PROP_THRESHOLD_DRAGGING,
  PROP_DEFECT_DRAGGING,
  N_PROPS,
};

#define MAX_HU         100000.0
#define MIN_BRUSH_MM   0.1
#define MAX_BRUSH_MM   100.0
#define BONE_LEVEL_HU  300.0
#define BONE_WINDOW_HU 2000.0

static GParamSpec *props[N_PROPS];

G_DEFINE_ENUM_TYPE (BrgTool,
                    brg_tool,
                    G_DEFINE_ENUM_VALUE (BRG_TOOL_NAVIGATE, "navigate"),
                    G_DEFINE_ENUM_VALUE (BRG_TOOL_PAINT, "paint"),
                    G_DEFINE_ENUM_VALUE (BRG_TOOL_ERASE, "erase"),
                    G_DEFINE_ENUM_VALUE (BRG_TOOL_ISLAND, "island"),
                    G_DEFINE_ENUM_VALUE (BRG_TOOL_DEFECT, "defect"))

static gpointer
copy_vec3 (gpointer vec3)
{
  return g_memdup2 (vec3, sizeof (BrgVec3));
}

GType
brg_vec3_get_type (void)
{
  static gsize type;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_boxed_type_register_static ("BrgVec3", copy_vec3, g_free));
  return type;
}

G_DEFINE_FINAL_TYPE (BrgViewState, brg_view_state, G_TYPE_OBJECT)

static void
notify (BrgViewState *self, int prop)
{
  g_object_notify_by_pspec (G_OBJECT (self), props[prop]);
}

static void
set_flag (BrgViewState *self, gboolean *flag, gboolean value, int prop)
{
  if (*flag == !!value)
    return;
  *flag = !!value;
  notify (self, prop);
}

/* Clamped; what is not a number is ignored. */
static void
set_number (BrgViewState *self, double *number, double value, double min, double max, int prop)
{
  if (isnan (value))
    return;
  value = CLAMP (value, min, max);
  if (fabs (*number - value) <= 0)
    return;
  *number = value;
  notify (self, prop);
}

static void
brg_view_state_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  BrgViewState *self = BRG_VIEW_STATE (object);

  switch (id)
    {
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
      g_value_set_enum (value, (int) self->tool);
      break;
    case PROP_BRUSH_RADIUS_MM:
      g_value_set_double (value, self->brush_radius_mm);
      break;
    case PROP_OVERLAY:
      g_value_set_boolean (value, self->overlay);
      break;
    case PROP_OVERLAY_OPACITY:
      g_value_set_double (value, self->overlay_opacity);
      break;
    case PROP_INTERPOLATE:
      g_value_set_boolean (value, self->interpolate);
      break;
    case PROP_THRESHOLD_DRAGGING:
      g_value_set_boolean (value, self->threshold_dragging);
      break;
    case PROP_DEFECT_DRAGGING:
      g_value_set_boolean (value, self->defect_dragging);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
brg_view_state_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  BrgViewState *self = BRG_VIEW_STATE (object);

  switch (id)
    {
    case PROP_CROSSHAIR:
      brg_view_state_set_crosshair (self, *(const BrgVec3 *) g_value_get_boxed (value));
      break;
    case PROP_LEVEL_HU:
      brg_view_state_set_window (self, g_value_get_double (value), self->window_hu);
      break;
    case PROP_WINDOW_HU:
      brg_view_state_set_window (self, self->level_hu, g_value_get_double (value));
      break;
    case PROP_TOOL:
      brg_view_state_set_tool (self, (BrgTool) g_value_get_enum (value));
      break;
    case PROP_BRUSH_RADIUS_MM:
      brg_view_state_set_brush_radius_mm (self, g_value_get_double (value));
      break;
    case PROP_OVERLAY:
      brg_view_state_set_overlay (self, g_value_get_boolean (value));
      break;
    case PROP_OVERLAY_OPACITY:
      brg_view_state_set_overlay_opacity (self, g_value_get_double (value));
      break;
    case PROP_INTERPOLATE:
      brg_view_state_set_interpolate (self, g_value_get_boolean (value));
      break;
    case PROP_THRESHOLD_DRAGGING:
      brg_view_state_set_threshold_dragging (self, g_value_get_boolean (value));
      break;
    case PROP_DEFECT_DRAGGING:
      brg_view_state_set_defect_dragging (self, g_value_get_boolean (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
brg_view_state_class_init (BrgViewStateClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = brg_view_state_get_property;
  object_class->set_property = brg_view_state_set_property;

  props[PROP_CROSSHAIR] = g_param_spec_boxed ("crosshair", NULL, NULL, BRG_TYPE_VEC3, flags);
  props[PROP_LEVEL_HU] =
    g_param_spec_double ("level-hu", NULL, NULL, -MAX_HU, MAX_HU, BONE_LEVEL_HU, flags);
  props[PROP_WINDOW_HU] =
    g_param_spec_double ("window-hu", NULL, NULL, 1, MAX_HU, BONE_WINDOW_HU, flags);
  props[PROP_TOOL] =
    g_param_spec_enum ("tool", NULL, NULL, BRG_TYPE_TOOL, BRG_TOOL_NAVIGATE, flags);
  props[PROP_BRUSH_RADIUS_MM] =
    g_param_spec_double ("brush-radius-mm", NULL, NULL, MIN_BRUSH_MM, MAX_BRUSH_MM, 3, flags);
  props[PROP_OVERLAY] = g_param_spec_boolean ("overlay", NULL, NULL, TRUE, flags);
  props[PROP_OVERLAY_OPACITY] =
    g_param_spec_double ("overlay-opacity", NULL, NULL, 0, 1, 0.35, flags);
  props[PROP_INTERPOLATE] = g_param_spec_boolean ("interpolate", NULL, NULL, TRUE, flags);
  props[PROP_THRESHOLD_DRAGGING] =
    g_param_spec_boolean ("threshold-dragging", NULL, NULL, FALSE, flags);
  props[PROP_DEFECT_DRAGGING] = g_param_spec_boolean ("defect-dragging", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
brg_view_state_init (BrgViewState *self)
{
  self->level_hu = BONE_LEVEL_HU;
  self->window_hu = BONE_WINDOW_HU;
  self->brush_radius_mm = 3;
  self->overlay = TRUE;
  self->overlay_opacity = 0.35;
  self->interpolate = TRUE;
}

BrgViewState *
brg_view_state_new (void)
{
  return g_object_new (BRG_TYPE_VIEW_STATE, NULL);
}

BrgVec3
brg_view_state_get_crosshair (BrgViewState *self)
{
  return self->crosshair;
}

void
brg_view_state_set_crosshair (BrgViewState *self, BrgVec3 lps_mm)
{
  double moved_mm = brg_vec3_length (brg_vec3_sub (lps_mm, self->crosshair));

  if (!(moved_mm > 0) || !isfinite (moved_mm))
    return;
  self->crosshair = lps_mm;
  notify (self, PROP_CROSSHAIR);
}

double
brg_view_state_get_level_hu (BrgViewState *self)
{
  return self->level_hu;
}

double
brg_view_state_get_window_hu (BrgViewState *self)
{
  return self->window_hu;
}

void
brg_view_state_set_window (BrgViewState *self, double level_hu, double window_hu)
{
  g_object_freeze_notify (G_OBJECT (self));
  set_number (self, &self->level_hu, level_hu, -MAX_HU, MAX_HU, PROP_LEVEL_HU);
  set_number (self, &self->window_hu, window_hu, 1, MAX_HU, PROP_WINDOW_HU);
  g_object_thaw_notify (G_OBJECT (self));
}

BrgTool
brg_view_state_get_tool (BrgViewState *self)
{
  return self->tool;
}

void
brg_view_state_set_tool (BrgViewState *self, BrgTool tool)
{
  if (self->tool == tool)
    return;
  self->tool = tool;
  notify (self, PROP_TOOL);
}

double
brg_view_state_get_brush_radius_mm (BrgViewState *self)
{
  return self->brush_radius_mm;
}

void
brg_view_state_set_brush_radius_mm (BrgViewState *self, double radius_mm)
{
  set_number (self, &self->brush_radius_mm, radius_mm, MIN_BRUSH_MM, MAX_BRUSH_MM,
              PROP_BRUSH_RADIUS_MM);
}

gboolean
brg_view_state_get_overlay (BrgViewState *self)
{
  return self->overlay;
}

void
brg_view_state_set_overlay (BrgViewState *self, gboolean overlay)
{
  set_flag (self, &self->overlay, overlay, PROP_OVERLAY);
}

double
brg_view_state_get_overlay_opacity (BrgViewState *self)
{
  return self->overlay_opacity;
}

void
brg_view_state_set_overlay_opacity (BrgViewState *self, double opacity)
{
  set_number (self, &self->overlay_opacity, opacity, 0, 1, PROP_OVERLAY_OPACITY);
}

gboolean
brg_view_state_get_interpolate (BrgViewState *self)
{
  return self->interpolate;
}

void
brg_view_state_set_interpolate (BrgViewState *self, gboolean interpolate)
{
  set_flag (self, &self->interpolate, interpolate, PROP_INTERPOLATE);
}

gboolean
brg_view_state_get_threshold_dragging (BrgViewState *self)
{
  return self->threshold_dragging;
}

void
brg_view_state_set_threshold_dragging (BrgViewState *self, gboolean dragging)
{
  set_flag (self, &self->threshold_dragging, dragging, PROP_THRESHOLD_DRAGGING);
}

gboolean
brg_view_state_get_defect_dragging (BrgViewState *self)
{
  return self->defect_dragging;
}

void
brg_view_state_set_defect_dragging (BrgViewState *self, gboolean dragging)
{
  set_flag (self, &self->defect_dragging, dragging, PROP_DEFECT_DRAGGING);
}
