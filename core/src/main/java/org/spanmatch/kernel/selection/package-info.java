/**
 * The look-up of backends, and the choice of one.
 *
 * <p>{@link org.spanmatch.kernel.selection.Kernels} finds backends with {@link
 * java.util.ServiceLoader}. With a {@link org.spanmatch.kernel.selection.CostProfile}, which says
 * what matching costs on the backends of a machine as measured there, the automatic choice takes
 * the fastest.
 */
package org.spanmatch.kernel.selection;
