/**
 * Proves a backend on any machine: problems, an arbiter of higher precision, and checks of what the
 * kernel interface promises.
 *
 * <p>{@link org.spanmatch.validation.Validator} runs the checks on a {@link
 * org.spanmatch.kernel.ProjectionKernel}, whoever made it, so that the makers of one can do it in
 * their own tests.
 */
package org.spanmatch.validation;
