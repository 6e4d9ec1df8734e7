/**
 * Validates a backend on any machine: problems, an arbiter of higher precision, and checks of the
 * kernel interface's promises.
 *
 * <p>{@link org.spanmatch.validation.Validator} runs the checks on any {@link
 * org.spanmatch.kernel.ProjectionKernel}, so authors of a backend can use it in their own tests. If
 * the arbiter would take too long, it asks the backend {@code reference}, which must be on the
 * class path. {@link org.spanmatch.validation.contract} holds tests to inherit.
 */
package org.spanmatch.validation;
