#pragma once

/* Marks a literal that is shown to users for extraction into the catalogue. The engine hands it on
 * as it stands; who shows it translates it with gettext. */
#define N_(text) text
