/**
 * Orthogonal reduction of matrices: what triangular factors share with the backends that make them.
 * Whoever only uses Gram matrices needs none of it.
 */
package org.spanmatch.gram.orthogonal;
