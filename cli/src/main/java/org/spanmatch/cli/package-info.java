/**
 * The {@code spanmatch} command: {@link org.spanmatch.cli.Main} finds the {@link
 * org.spanmatch.cli.commands.Command} that the first argument names, gives it the parsed arguments,
 * and turns what goes wrong into one sentence and an exit code.
 */
package org.spanmatch.cli;
