/**
 * Finds backends and chooses one.
 *
 * <p>{@link org.spanmatch.kernel.selection.Kernels} finds backends with {@link
 * java.util.ServiceLoader}. With a {@link org.spanmatch.kernel.selection.CostProfile}, the measured
 * costs of the backends of a machine, the automatic choice takes the fastest.
 */
package org.spanmatch.kernel.selection;
