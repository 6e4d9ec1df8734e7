/**
 * JUnit tests of a backend's promises, for its authors to inherit.
 *
 * <p>A test class that extends {@link org.spanmatch.validation.contract.ProjectionKernelContract}
 * and opens the kernel to test checks every promise of {@link org.spanmatch.kernel}; {@link
 * org.spanmatch.validation.contract.FastMatchingContract} compares its matches with those of the
 * reference kernel, whose jar must be on the class path. Users of this package supply the
 * dependency on JUnit Jupiter.
 */
package org.spanmatch.validation.contract;
