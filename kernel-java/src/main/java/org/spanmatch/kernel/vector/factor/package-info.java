/** Cholesky factorisations and triangular solves, in blocks around matrix products. */
package org.spanmatch.kernel.vector.factor;
