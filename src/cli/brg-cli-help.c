#include "cli/brg-cli-help.h"

#include <stdio.h>
#include <string.h>

#include "brg-config.h"
#include "cli/brg-cli-arguments.h"

#define OPTION_COLUMN 30
#define LINE_WIDTH    100

static const char disclaimer[] =
  "Research software. Not a medical device; not CE-marked, not FDA-cleared. Not for diagnosis, "
  "treatment planning or the manufacture of an implant for a patient. Verify every result.";

/* Prints `text` from `column` on, in lines that begin at `indent`. A newline in it is kept. */
static void
print_wrapped (const char *text, int column, int indent)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (char **line = lines; *line != NULL; line++)
    {
      g_auto (GStrv) words = g_strsplit (*line, " ", -1);
      for (char **word = words; *word != NULL; word++)
        {
          int width = (int) g_utf8_strlen (*word, -1);
          if (column > indent && column + 1 + width > LINE_WIDTH)
            {
              putchar ('\n');
              column = 0;
            }
          column += printf ("%*s", column < indent ? indent - column : column > indent, "");
          column += width;
          fputs (*word, stdout);
        }
      putchar ('\n');
      column = 0;
    }
}

static void
print_option (char letter, const char *name, const char *value, const char *help)
{
  char left[80], dash[8] = "    ";

  if (letter != 0)
    snprintf (dash, sizeof dash, "-%c, ", letter);
  snprintf (left, sizeof left, "  %s--%s%s%s", dash, name, value != NULL ? " " : "",
            value != NULL ? value : "");
  fputs (left, stdout);
  if (strlen (left) + 2 > OPTION_COLUMN)
    {
      putchar ('\n');
      *left = '\0';
    }
  print_wrapped (help, (int) strlen (left), OPTION_COLUMN);
}

static const char *
value_name (const BrgParam *param)
{
  static const struct
  {
    const char *unit, *name;
  } names[] = {
    { "mm", "MM" }, { "mm²", "MM2" }, { "mm³", "MM3" }, { "HU", "HU" }, { "°", "DEG" },
  };

  for (size_t n = 0; n < G_N_ELEMENTS (names); n++)
    if (strcmp (param->unit, names[n].unit) == 0)
      return names[n].name;
  return param->type == BRG_PARAM_INT ? "N" : "X";
}

static void
print_choice (const BrgParam *param)
{
  g_autofree char *value = g_strjoinv ("|", (char **) param->choices);
  g_autofree char *help =
    g_strdup_printf ("%s (%s)", param->help, param->choices[(int) param->initial]);

  print_option (0, param->key, value, help);
}

static void
print_param (const BrgParam *param)
{
  if (param->type == BRG_PARAM_CHOICE)
    {
      print_choice (param);
      return;
    }
  if (param->type == BRG_PARAM_BOOL)
    {
      print_option (0, param->key, NULL, param->help);
      return;
    }
  g_autofree char *help =
    g_strdup_printf ("%s %.10g to %.10g%s%s (%.10g)", param->help, param->min, param->max,
                     *param->unit ? " " : "", param->unit, param->initial);
  print_option (0, param->key, value_name (param), help);
}

void
brg_cli_print_version (void)
{
  printf ("bregma-cli %s\n", BRG_VERSION);
  print_wrapped (disclaimer, 0, 0);
}

void
brg_cli_print_help (void)
{
  size_t n_commands;
  const BrgCommand *const *commands = brg_commands (&n_commands);

  printf ("Usage: bregma-cli COMMAND FILE... [OPTION...]\n\n"
          "From a head CT to a skull, a skull with a defect, and the implant that fills it.\n\n"
          "Commands:\n");
  for (size_t c = 0; c < n_commands; c++)
    {
      int column = printf ("  %-10s", commands[c]->name);
      print_wrapped (commands[c]->summary, column, 12);
    }
  printf ("\nbregma-cli COMMAND --help tells the options of a command; bregma-cli --version the "
          "version.\nExit status: 0 done, 1 failed, 2 wrong usage. An output is either complete "
          "or absent.\n\n");
  print_wrapped (disclaimer, 0, 0);
}

void
brg_cli_print_command_help (const BrgCommand *command)
{
  size_t n_params, n_common;
  const BrgParam *params = brg_params (&n_params);
  const BrgCliOption *common = brg_cli_common_options (&n_common);

  printf ("Usage: bregma-cli %s %s [OPTION...]\n\n", command->name, command->usage);
  print_wrapped (command->summary, 0, 0);
  printf ("\nOptions (default in parentheses):\n");
  for (size_t o = 0; o < command->n_options; o++)
    print_option (command->options[o].letter, command->options[o].name, command->options[o].value,
                  command->options[o].help);
  for (size_t p = 0; p < n_params; p++)
    if (brg_command_takes_param (command, &params[p]))
      print_param (&params[p]);
  for (size_t o = 0; o < n_common; o++)
    print_option (common[o].letter, common[o].name, common[o].value, common[o].help);
  if (command->notes != NULL)
    {
      putchar ('\n');
      print_wrapped (command->notes, 0, 0);
    }
}
