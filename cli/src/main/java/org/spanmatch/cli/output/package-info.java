/** Files that commands write and how they look; none is left half written. */
package org.spanmatch.cli.output;
