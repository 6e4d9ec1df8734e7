/** JMH benchmarks of the kernels, beside other libraries and the limits of the machine. */
package org.spanmatch.benchmarks;
