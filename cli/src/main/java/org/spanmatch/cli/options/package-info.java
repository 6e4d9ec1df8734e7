/** Command lines: parsing, and the options that several commands share. */
package org.spanmatch.cli.options;
