/**
 * JUnit tests of a backend's promises, for its authors to inherit.
 *
 * <p>A test class that extends {@link org.spanmatch.validation.contract.ProjectionKernelContract}
 * and opens the kernel to test checks every promise of {@link org.spanmatch.kernel}; {@link
 * org.spanmatch.validation.contract.GramContract} checks the Gram matrices that it adds up and the
 * tables of those from elsewhere; {@link org.spanmatch.validation.contract.FastMatchingContract}
 * compares its matches with those of the reference kernel, whose jar must be on the class path.
 * JUnit Jupiter is the user's dependency.
 */
package org.spanmatch.validation.contract;
