/** The terminal: where a command prints, and how it shows progress and can be interrupted. */
package org.spanmatch.cli.terminal;
