/**
 * The projections of each group on the span of the other, from the Gram matrix, on the device.
 * {@link org.spanmatch.kernel.cuda.projection.DeviceTable} is the entry point.
 */
package org.spanmatch.kernel.cuda.projection;
