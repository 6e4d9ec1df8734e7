/**
 * What matching costs on the backends of a machine, as measured there, from which the automatic
 * choice takes the fastest.
 */
package org.spanmatch.kernel.cost;
