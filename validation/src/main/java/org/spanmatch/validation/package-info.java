/**
 * Proves a backend on any machine: problems, an arbiter of higher precision, and checks of what the
 * kernel interface promises.
 *
 * <p>{@link org.spanmatch.validation.Validator} runs the checks on a {@link
 * org.spanmatch.kernel.ProjectionKernel}, whoever made it, so that the makers of one can do it in
 * their own tests. Where its own arbiter would take too long it asks the backend {@code reference},
 * which must be on the class path. {@link org.spanmatch.validation.contract} holds tests to
 * inherit.
 */
package org.spanmatch.validation;
