package org.spanmatch.kernel.cuda.gram;

import org.spanmatch.kernel.cuda.driver.DeviceMemory;

/** Adds the products of panels of samples to some rows of a Gram matrix on one device. */
interface PanelProduct {
  /**
   * Some rows of a Gram matrix of m neurons.
   *
   * @param values the elements of each row from column {@code first} on, m − first doubles a row;
   *     those left of the diagonal are never used
   * @param first the first row
   * @param rows how many rows
   */
  record Target(DeviceMemory values, int first, int rows) {}

  /**
   * Adds the products of a panel, in order with the commands of the device's main stream.
   *
   * @param samples a row of m doubles for each sample
   * @param count how many samples, at most those that this was opened for
   */
  void add(DeviceMemory samples, int count);
}
