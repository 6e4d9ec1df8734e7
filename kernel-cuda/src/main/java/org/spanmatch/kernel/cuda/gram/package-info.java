/**
 * One pass over activations: copied to the device as they lie in the file, unpacked to rows of
 * doubles, and added up to a Gram matrix. {@link org.spanmatch.kernel.cuda.gram.GramStrip} is the
 * way in.
 */
package org.spanmatch.kernel.cuda.gram;
