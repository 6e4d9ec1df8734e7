/** Cholesky factorisations and triangular solves, in blocks that make them matrix products. */
package org.spanmatch.kernel.vector.factor;
