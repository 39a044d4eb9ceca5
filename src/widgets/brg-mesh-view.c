#include "widgets/brg-mesh-view-private.h"

#include <glib/gi18n.h>
#include <string.h>

#include "engine/brg-palette.h"

G_DEFINE_FINAL_TYPE (BrgMeshView, brg_mesh_view, GTK_TYPE_WIDGET)

guint _brg_mesh_view_signals[3];

enum
{
  PROP_PLACING = 1,
};

static const uint32_t slot_rgb[BRG_N_MESH_SLOTS] = {
  [BRG_MESH_SKULL] = BRG_RGB_SKULL,
  [BRG_MESH_IMPLANT] = BRG_RGB_IMPLANT,
  [BRG_MESH_CUTTER] = BRG_RGB_DEFECT,
  [BRG_MESH_PREVIEW] = BRG_RGB_PREVIEW,
};

static char *
load_shader (void *data, const char *name)
{
  g_autofree char *path = g_strconcat ("/org/bregma/Bregma/shaders/", name, NULL);
  g_autoptr (GBytes) bytes = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  gsize size = 0;
  const char *text = bytes != NULL ? g_bytes_get_data (bytes, &size) : NULL;

  return text != NULL ? strndup (text, size) : NULL;
}

/* The area stays, as it may be in the middle of being realized or drawn. */
void
_brg_mesh_view_show_problem (BrgMeshView *self, const char *reason)
{
  gtk_label_set_text (GTK_LABEL (self->reason), reason);
  gtk_widget_set_visible (self->failure, TRUE);
  gtk_widget_set_opacity (self->area, 0);
  gtk_widget_set_can_target (self->area, FALSE);
  gtk_widget_set_focusable (self->area, FALSE);
  gtk_widget_set_visible (self->cube, FALSE);
  gtk_widget_set_visible (self->views, FALSE);
  gtk_widget_set_visible (self->empty, FALSE);
}

void
_brg_mesh_view_update_empty (BrgMeshView *self)
{
  gboolean any = FALSE;

  for (int slot = 0; slot < BRG_N_MESH_SLOTS; slot++)
    any |= self->slots[slot].mesh != NULL;
  gtk_widget_set_visible (self->empty, !any && !gtk_widget_get_visible (self->failure));
}

/* Dark or light behind the meshes, as the theme's text wants it. */
static void
update_background (BrgMeshView *self)
{
  GdkRGBA text;

  gtk_style_context_get_color (gtk_widget_get_style_context (GTK_WIDGET (self)), &text);
  gboolean dark = 0.3f * text.red + 0.59f * text.green + 0.11f * text.blue > 0.5f;
  self->scene.top_rgb = dark ? 0x434A54 : 0xE4E6EA;
  self->scene.bottom_rgb = dark ? 0x1B1D21 : 0xC2C6CD;
  gtk_gl_area_queue_render (GTK_GL_AREA (self->area));
}

/* GL 3.3 first, then GLES 3.0 for drivers that have nothing else. */
static GdkGLContext *
create_context_cb (GtkGLArea *area, BrgMeshView *self)
{
  GdkSurface *surface = gtk_native_get_surface (gtk_widget_get_native (GTK_WIDGET (area)));
  g_autoptr (GError) error = NULL;

  for (int es = 0; es < 2; es++)
    {
      g_clear_error (&error);
      g_autoptr (GdkGLContext) context = gdk_surface_create_gl_context (surface, &error);
      if (context == NULL)
        break;
      gdk_gl_context_set_allowed_apis (context, es ? GDK_GL_API_GLES : GDK_GL_API_GL);
      gdk_gl_context_set_required_version (context, 3, es ? 0 : 3);
      if (gdk_gl_context_realize (context, &error))
        return g_steal_pointer (&context);
    }
  gtk_gl_area_set_error (area, error);
  return NULL;
}

static void
realize_cb (GtkGLArea *area, BrgMeshView *self)
{
  const BrgShaderLoader loader = { load_shader, NULL };
  BrgError fault = { 0 };

  gtk_gl_area_make_current (area);
  if (gtk_gl_area_get_error (area) != NULL)
    {
      _brg_mesh_view_show_problem (self, gtk_gl_area_get_error (area)->message);
      return;
    }
  self->renderer = brg_mesh_renderer_new (&loader, &fault);
  if (self->renderer == NULL)
    {
      g_autoptr (GError) error =
        g_error_new_literal (GDK_GL_ERROR, GDK_GL_ERROR_COMPILATION_FAILED, fault.message);
      gtk_gl_area_set_error (area, error);
      _brg_mesh_view_show_problem (self, fault.message);
      return;
    }
  self->wants_proxies = brg_mesh_renderer_is_slow (self->renderer);
  for (int slot = 0; slot < BRG_N_MESH_SLOTS; slot++)
    _brg_mesh_view_prepare_slot (self, slot);
}

static void
unrealize_cb (GtkGLArea *area, BrgMeshView *self)
{
  gtk_gl_area_make_current (area);
  if (gtk_gl_area_get_error (area) == NULL)
    brg_mesh_renderer_free (self->renderer);
  self->renderer = NULL;
  _brg_mesh_view_forget_packs (self);
}

static void
resize_cb (GtkGLArea *area, int width, int height, BrgMeshView *self)
{
  if (self->fitted && !_brg_mesh_view_is_moving (self))
    _brg_mesh_view_fit (self);
}

static gboolean
render_cb (GtkGLArea *area, GdkGLContext *context, BrgMeshView *self)
{
  int scale = gtk_widget_get_scale_factor (GTK_WIDGET (area));
  BrgRenderTarget target = { .width_px = gtk_widget_get_width (GTK_WIDGET (area)) * scale,
                             .height_px = gtk_widget_get_height (GTK_WIDGET (area)) * scale,
                             .scale = scale,
                             .moving = _brg_mesh_view_is_moving (self) };
  GLint frame_buffer = 0;
  BrgError fault = { 0 };

  if (self->renderer == NULL)
    return FALSE;
  glGetIntegerv (GL_DRAW_FRAMEBUFFER_BINDING, &frame_buffer);
  target.frame_buffer = (GLuint) frame_buffer;
  if (_brg_mesh_view_upload_slots (self, &fault) != BRG_OK ||
      brg_mesh_renderer_draw (self->renderer, &self->scene, &target, &fault) != BRG_OK)
    {
      _brg_mesh_view_show_problem (self, fault.message);
      return FALSE;
    }
  _brg_mesh_view_ask_for_proxies (self);
  return TRUE;
}

static void
look_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  BrgViewDirection view;

  if (brg_view_from_name (g_variant_get_string (parameter, NULL), &view))
    brg_mesh_view_set_view (BRG_MESH_VIEW (widget), view);
}

static void
reset_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  brg_mesh_view_reset (BRG_MESH_VIEW (widget));
}

static void
brg_mesh_view_css_changed (GtkWidget *widget, GtkCssStyleChange *change)
{
  GTK_WIDGET_CLASS (brg_mesh_view_parent_class)->css_changed (widget, change);
  update_background (BRG_MESH_VIEW (widget));
}

static void
brg_mesh_view_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_PLACING)
    g_value_set_boolean (value, BRG_MESH_VIEW (object)->placing);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
brg_mesh_view_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_PLACING)
    brg_mesh_view_set_placing (BRG_MESH_VIEW (object), g_value_get_boolean (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
brg_mesh_view_dispose (GObject *object)
{
  BrgMeshView *self = BRG_MESH_VIEW (object);

  g_clear_handle_id (&self->rest_source, g_source_remove);
  _brg_mesh_view_stop_flight (self);
  _brg_mesh_view_clear_slots (self);
  gtk_widget_dispose_template (GTK_WIDGET (self), BRG_TYPE_MESH_VIEW);
  G_OBJECT_CLASS (brg_mesh_view_parent_class)->dispose (object);
}

static void
bind_template (GtkWidgetClass *klass)
{
  gtk_widget_class_set_template_from_resource (klass, "/org/bregma/Bregma/brg-mesh-view.ui");
  gtk_widget_class_bind_template_child (klass, BrgMeshView, overlay);
  gtk_widget_class_bind_template_child (klass, BrgMeshView, area);
  gtk_widget_class_bind_template_child (klass, BrgMeshView, cube);
  gtk_widget_class_bind_template_child (klass, BrgMeshView, views);
  gtk_widget_class_bind_template_child (klass, BrgMeshView, empty);
  gtk_widget_class_bind_template_child (klass, BrgMeshView, failure);
  gtk_widget_class_bind_template_child (klass, BrgMeshView, reason);
  gtk_widget_class_bind_template_callback (klass, create_context_cb);
  gtk_widget_class_bind_template_callback (klass, realize_cb);
  gtk_widget_class_bind_template_callback (klass, unrealize_cb);
  gtk_widget_class_bind_template_callback (klass, render_cb);
  gtk_widget_class_bind_template_callback (klass, resize_cb);
}

static void
brg_mesh_view_class_init (BrgMeshViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);

  object_class->dispose = brg_mesh_view_dispose;
  object_class->get_property = brg_mesh_view_get_property;
  object_class->set_property = brg_mesh_view_set_property;
  widget_class->css_changed = brg_mesh_view_css_changed;
  g_object_class_install_property (
    object_class, PROP_PLACING,
    g_param_spec_boolean ("placing", NULL, NULL, FALSE,
                          G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS));
  _brg_mesh_view_signals[MESH_VIEW_PICKED] =
    g_signal_new ("picked", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                  G_TYPE_POINTER, G_TYPE_POINTER);
  _brg_mesh_view_signals[MESH_VIEW_DRAGGED] =
    g_signal_new ("dragged", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 3,
                  G_TYPE_POINTER, G_TYPE_POINTER, G_TYPE_INT);
  _brg_mesh_view_signals[MESH_VIEW_MAXIMISE] =
    g_signal_new ("maximise", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_type_ensure (BRG_TYPE_ORIENTATION_CUBE);
  bind_template (widget_class);
  gtk_widget_class_install_action (widget_class, "mesh.look", "s", look_action);
  gtk_widget_class_install_action (widget_class, "mesh.reset", NULL, reset_action);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "meshview");
}

static void
brg_mesh_view_init (BrgMeshView *self)
{
  self->scene.camera = brg_camera_new ();
  self->fitted = TRUE;
  for (int slot = 0; slot < BRG_N_MESH_SLOTS; slot++)
    self->scene.items[slot] =
      (BrgSceneItem){ .rgb = slot_rgb[slot], .opacity = 1, .visible = true };
  gtk_widget_init_template (GTK_WIDGET (self));
  _brg_mesh_view_add_controllers (self);
}

GtkWidget *
brg_mesh_view_new (void)
{
  return g_object_new (BRG_TYPE_MESH_VIEW, NULL);
}

void
brg_mesh_view_set_crosshair (BrgMeshView *self, const BrgVec3 *lps, gboolean frames)
{
  g_return_if_fail (BRG_IS_MESH_VIEW (self));

  self->scene.has_crosshair = lps != NULL;
  self->scene.has_frames = frames;
  if (lps != NULL)
    self->scene.crosshair = *lps;
  gtk_gl_area_queue_render (GTK_GL_AREA (self->area));
}

void
brg_mesh_view_set_anchor (BrgMeshView *self, const BrgVec3 *lps)
{
  g_return_if_fail (BRG_IS_MESH_VIEW (self));

  self->has_anchor = lps != NULL;
  if (lps != NULL)
    self->anchor = *lps;
}

void
brg_mesh_view_set_placing (BrgMeshView *self, gboolean placing)
{
  g_return_if_fail (BRG_IS_MESH_VIEW (self));

  if (self->placing == !!placing)
    return;
  self->placing = !!placing;
  g_object_notify (G_OBJECT (self), "placing");
}

gboolean
brg_mesh_view_get_placing (BrgMeshView *self)
{
  g_return_val_if_fail (BRG_IS_MESH_VIEW (self), FALSE);

  return self->placing;
}

void
brg_mesh_view_set_empty_text (BrgMeshView *self, const char *text)
{
  g_return_if_fail (BRG_IS_MESH_VIEW (self));

  gtk_label_set_text (GTK_LABEL (self->empty),
                      text != NULL ? text : _ ("The skull appears here once a scan is open"));
}

const char *
brg_mesh_view_get_problem (BrgMeshView *self)
{
  g_return_val_if_fail (BRG_IS_MESH_VIEW (self), NULL);

  return gtk_widget_get_visible (self->failure) ? gtk_label_get_text (GTK_LABEL (self->reason))
                                                : NULL;
}

gboolean
brg_mesh_view_is_settled (BrgMeshView *self)
{
  g_return_val_if_fail (BRG_IS_MESH_VIEW (self), FALSE);

  for (int slot = 0; slot < BRG_N_MESH_SLOTS; slot++)
    if (self->slots[slot].preparing != NULL || self->slots[slot].to_upload)
      return FALSE;
  return !_brg_mesh_view_is_moving (self);
}
