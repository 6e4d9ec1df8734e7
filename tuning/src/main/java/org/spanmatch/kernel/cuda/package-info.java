/** Benchmarks of the CUDA backend from the inside: with data that already lies on the device. */
package org.spanmatch.kernel.cuda;
