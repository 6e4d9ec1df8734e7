/** JMH benchmarks of the kernels over neuron counts and test-set sizes. */
package org.spanmatch.benchmarks;
