/** Commands, one class each, with what one run of each takes from the arguments. */
package org.spanmatch.cli.commands;
