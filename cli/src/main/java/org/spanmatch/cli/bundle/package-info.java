/** A folder that runs the command where there is neither Java nor a network. */
package org.spanmatch.cli.bundle;
