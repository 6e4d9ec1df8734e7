package org.spanmatch.kernel.cuda.gram;

import static org.spanmatch.kernel.cuda.driver.KernelArguments.arguments;

import org.spanmatch.activations.ElementType;
import org.spanmatch.kernel.cuda.driver.Device;
import org.spanmatch.kernel.cuda.driver.DeviceAddress;
import org.spanmatch.kernel.cuda.driver.DeviceCode;
import org.spanmatch.kernel.cuda.driver.DeviceMemory;
import org.spanmatch.kernel.cuda.driver.DeviceModule;
import org.spanmatch.kernel.cuda.driver.DeviceStream;
import org.spanmatch.kernel.cuda.driver.Grid;

/**
 * The device functions of the pass over activations. Parameters are named as in gram.cu, which
 * describes them.
 */
final class GramCode {
  /** Rows and columns of a tile that {@link #unpack} transposes. */
  static final int TILE = 32;

  /** Samples of a block that adds up moments. */
  static final int CHUNK = 128;

  /** Threads along the samples of such a block. */
  static final int MOMENT_ROWS = 8;

  private static final int TILE_THREADS = 8;

  private final DeviceCode code;

  /** Launches on the main stream of a device. */
  GramCode(Device device) {
    this(device, device.stream());
  }

  /** Launches on a stream of a device. */
  GramCode(Device device, DeviceStream stream) {
    this.code = device.code(DeviceModule.GRAM).on(stream);
  }

  /**
   * Writes samples of a block to rows of doubles.
   *
   * @param scales a factor for each neuron, or {@link DeviceAddress#NULL}
   * @param neuronStride distance between neighbours, in elements, as all strides
   */
  void unpack(
      DeviceMemory data,
      ElementType elementType,
      boolean bigEndian,
      DeviceAddress scales,
      DeviceAddress target,
      long leading,
      int neurons,
      int innerSize,
      long neuronStride,
      long outerStride,
      long innerStride,
      int from,
      int count) {
    int type = number(elementType);
    code.launch(
        "unpack",
        new Grid(Grid.blocks(neurons, TILE), Grid.blocks(count, TILE), TILE, TILE_THREADS),
        arguments()
            .address(data)
            .int32(type)
            .flag(bigEndian)
            .address(scales)
            .address(target)
            .int64(leading)
            .int32(neurons)
            .int32(innerSize)
            .int64(neuronStride)
            .int64(outerStride)
            .int64(innerStride)
            .int32(from)
            .int32(count));
  }

  /** The number of a type in gram.cu. */
  static int number(ElementType type) {
    return switch (type) {
      case FLOAT16 -> 0;
      case FLOAT32 -> 1;
      case FLOAT64 -> 2;
      case INT8 -> 3;
      case INT16 -> 4;
      case INT32 -> 5;
      case INT64 -> 6;
      case UINT8 -> 7;
      case UINT16 -> 8;
      case UINT32 -> 9;
      case UINT64 -> 10;
      case BOOL -> 11;
      case BFLOAT16 -> 12;
    };
  }

  /** How many chunks some samples make in {@link #chunkMoments}. */
  static int chunks(long samples) {
    return (int) ((samples + CHUNK - 1) / CHUNK);
  }

  /** Writes sums, fourth powers and counts of every neuron for each chunk of samples. */
  void chunkMoments(
      DeviceMemory samples, long leading, int neurons, int count, DeviceMemory chunks) {
    code.launch(
        "chunkMoments",
        new Grid(Grid.blocks(neurons, TILE), chunks(count), TILE, MOMENT_ROWS),
        arguments().address(samples).int64(leading).int32(neurons).int32(count).address(chunks));
  }

  /** Adds the numbers of all chunks, {@code size} each. */
  void addMoments(DeviceMemory chunks, int chunkCount, int size, DeviceMemory moments) {
    code.launch(
        "addMoments",
        Grid.lines(size),
        arguments().address(chunks).int32(chunkCount).int32(size).address(moments));
  }

  /** Writes the squared norm of every sample over some neurons. */
  void squaredNorms(
      DeviceAddress samples, long leading, int neurons, int count, DeviceMemory norms) {
    code.launch(
        "squaredNorms",
        Grid.lines(count),
        arguments().address(samples).int64(leading).int32(neurons).int32(count).address(norms));
  }

  /** Adds {@code count} elements to others. */
  void add(DeviceAddress target, DeviceMemory other, long count) {
    code.launch("add", Grid.lines(count), arguments().address(target).address(other).int64(count));
  }

  /** Copies the diagonal of a matrix of {@code size} rows. */
  void diagonal(DeviceMemory matrix, long leading, int size, DeviceMemory target) {
    code.launch(
        "diagonal",
        Grid.lines(size),
        arguments().address(matrix).int64(leading).int32(size).address(target));
  }
}
