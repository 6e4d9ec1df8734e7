/**
 * The matching algorithms, written once against {@link org.spanmatch.kernel.ProjectionTable}; they
 * know no backend.
 */
package org.spanmatch.match;
