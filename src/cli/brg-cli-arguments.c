#include "cli/brg-cli-arguments.h"

#include <math.h>
#include <string.h>

#include "cli/brg-cli-values.h"

#define MAX_THREADS 1024

typedef struct
{
  BrgCli *cli;
  char **words;
  int n_words;
  int next; /* word to read */
} Reader;

static const BrgCliOption common_options[] = {
  { "json", 0, NULL, "Print the report as JSON." },
  { "threads", 0, "N", "Use N threads; 0, the default, is one per core. The result is the same." },
  { "quiet", 'q', NULL, "Print errors alone: no progress bar, no report (except with --json)." },
  { "help", 'h', NULL, "Print this help." },
};

static const BrgCliOption *
find_in (const BrgCliOption *options, size_t n_options, const char *name, char letter)
{
  for (size_t o = 0; o < n_options; o++)
    if ((name != NULL && strcmp (options[o].name, name) == 0) ||
        (letter != 0 && options[o].letter == letter))
      return &options[o];
  return NULL;
}

static const BrgCliOption *
find_option (const BrgCommand *command, const char *name, char letter)
{
  const BrgCliOption *own = find_in (command->options, command->n_options, name, letter);

  return own != NULL ? own : find_in (common_options, G_N_ELEMENTS (common_options), name, letter);
}

static int
unknown_option (BrgCli *cli, const char *word)
{
  return brg_cli_usage_error (cli, "unknown option %.60s (see bregma-cli %s --help)", word,
                              cli->command->name);
}

/* The value of an option: the text after "=", or else the next word. */
static const char *
take_value (Reader *reader, const char *attached)
{
  if (attached != NULL)
    return attached;
  return reader->next < reader->n_words ? reader->words[reader->next++] : NULL;
}

static int
take_param (Reader *reader, const BrgParam *param, const char *word, const char *attached)
{
  BrgCli *cli = reader->cli;
  size_t n_params;
  double *value = &cli->param_values[param - brg_params (&n_params)];
  BrgError error;
  const char *text;

  if (!isnan (*value))
    return brg_cli_usage_error (cli, "--%s is given twice", param->key);
  if (param->type == BRG_PARAM_BOOL && attached == NULL)
    text = "true";
  else
    text = take_value (reader, attached);
  if (text == NULL)
    return brg_cli_usage_error (cli, "%s needs a value", word);
  if (brg_param_parse (param, text, value, &error) != BRG_OK)
    return brg_cli_usage_error (cli, "--%s", error.message);
  return BRG_CLI_DONE;
}

static int
take_option (Reader *reader, const BrgCliOption *option, const char *word, const char *attached)
{
  BrgCli *cli = reader->cli;
  const char *text = "";

  if (g_hash_table_contains (cli->values, option->name))
    return brg_cli_usage_error (cli, "--%s is given twice", option->name);
  if (option->value == NULL && attached != NULL)
    return brg_cli_usage_error (cli, "--%s takes no value", option->name);
  if (option->value != NULL)
    text = take_value (reader, attached);
  if (text == NULL || (option->value != NULL && *text == '\0'))
    return brg_cli_usage_error (cli, "%s needs a value: %s", word, option->value);
  g_hash_table_insert (cli->values, (gpointer) option->name, (gpointer) text);
  return BRG_CLI_DONE;
}

static int
take_long (Reader *reader, const char *word)
{
  const char *equals = strchr (word, '=');
  const char *attached = equals != NULL ? equals + 1 : NULL;
  g_autofree char *name =
    equals != NULL ? g_strndup (word + 2, (gsize) (equals - word - 2)) : g_strdup (word + 2);
  const BrgCliOption *option = find_option (reader->cli->command, name, 0);
  const BrgParam *param = brg_param_find (name);

  if (option != NULL)
    return take_option (reader, option, word, attached);
  if (param != NULL && brg_command_takes_param (reader->cli->command, param))
    return take_param (reader, param, word, attached);
  return unknown_option (reader->cli, word);
}

static int
take_short (Reader *reader, const char *word)
{
  const BrgCliOption *option = find_option (reader->cli->command, NULL, word[1]);

  if (option == NULL || word[2] != '\0')
    return unknown_option (reader->cli, word);
  return take_option (reader, option, word, NULL);
}

static int
check_operands (BrgCli *cli)
{
  const BrgCommand *command = cli->command;

  if (cli->n_operands < command->min_operands)
    return brg_cli_usage_error (cli, "a file is missing: bregma-cli %s %s", command->name,
                                command->usage);
  if (cli->n_operands > command->max_operands)
    return brg_cli_usage_error (cli, "one file too many: %s", cli->operands[command->max_operands]);
  for (int o = 0; o < cli->n_operands; o++)
    if (*cli->operands[o] == '\0')
      return brg_cli_usage_error (cli, "a file name is empty");
  return BRG_CLI_DONE;
}

static int
take_common (BrgCli *cli)
{
  const char *threads = brg_cli_value (cli, "threads");

  cli->quiet = brg_cli_value (cli, "quiet") != NULL;
  cli->json = brg_cli_value (cli, "json") != NULL;
  if (threads != NULL && !brg_cli_parse_int (threads, 0, MAX_THREADS, &cli->job.n_threads))
    return brg_cli_usage_error (cli, "--threads must be a whole number, 0 to %d, got \"%.40s\"",
                                MAX_THREADS, threads);
  return BRG_CLI_DONE;
}

const BrgCliOption *
brg_cli_common_options (size_t *n_options)
{
  *n_options = G_N_ELEMENTS (common_options);
  return common_options;
}

int
brg_cli_parse_arguments (BrgCli *cli, int n_words, char **words, bool *wants_help)
{
  Reader reader = { .cli = cli, .words = words, .n_words = n_words };
  bool only_operands = false;

  while (reader.next < n_words)
    {
      char *word = words[reader.next++];
      int outcome = BRG_CLI_DONE;
      if (only_operands || word[0] != '-' || word[1] == '\0')
        cli->operands[cli->n_operands++] = word;
      else if (strcmp (word, "--") == 0)
        only_operands = true;
      else if (word[1] == '-')
        outcome = take_long (&reader, word);
      else
        outcome = take_short (&reader, word);
      if (outcome != BRG_CLI_DONE)
        return outcome;
      *wants_help = brg_cli_value (cli, "help") != NULL;
      if (*wants_help)
        return BRG_CLI_DONE;
    }
  int outcome = take_common (cli);
  return outcome != BRG_CLI_DONE ? outcome : check_operands (cli);
}
