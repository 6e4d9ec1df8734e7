/**
 * The matching algorithms, written once against {@link org.spanmatch.kernel.ProjectionTable} and
 * independent of the backends.
 */
package org.spanmatch.match;
