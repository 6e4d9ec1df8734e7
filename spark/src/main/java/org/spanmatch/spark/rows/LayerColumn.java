package org.spanmatch.spark.rows;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.length;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.size;

import java.io.Serializable;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.spanmatch.activations.ActivationsException;

/**
 * A column that holds a layer: in each row the activations of all neurons at a sample.
 *
 * @param source where the rows come from, for messages
 * @param name the column's name
 * @param type the column's type
 */
record LayerColumn(String source, String name, DataType type) implements Serializable {
  private static final String TYPES =
      "array<float>, array<double> or binary, which holds little-endian float32";
  private static final int NO_LENGTH = -1;

  /** Whether a type is an array of floating-point numbers, as hardly anything but a layer has. */
  static boolean isArray(DataType type) {
    return type instanceof ArrayType array
        && (array.elementType().equals(DataTypes.FloatType)
            || array.elementType().equals(DataTypes.DoubleType));
  }

  /**
   * Returns this column.
   *
   * @throws ActivationsException if it has a type that no layer has
   */
  LayerColumn required() {
    if (!isArray(type) && !isBinary()) {
      throw new ActivationsException(
          description() + ": expected " + TYPES + ", found " + type.catalogString());
    }
    return this;
  }

  boolean isBinary() {
    return type.equals(DataTypes.BinaryType);
  }

  boolean isDouble() {
    return type instanceof ArrayType array && array.elementType().equals(DataTypes.DoubleType);
  }

  String description() {
    return source + ", column '" + name + "'";
  }

  /** The lengths of rows, as {@link #neurons} takes them. */
  Column lengths(Column rows) {
    return coalesce(isBinary() ? length(rows) : size(rows), lit(NO_LENGTH));
  }

  /** The number of neurons of a layer whose first row has some length, and some key. */
  int neurons(int length, String key) {
    if (length == NO_LENGTH) {
      throw new ActivationsException(
          description() + ": expected values in every row, found null at " + key);
    }
    if (isBinary() && length % Float.BYTES != 0) {
      throw new ActivationsException(
          description()
              + ": expected float32 values of 4 bytes, found "
              + length
              + " bytes at "
              + key);
    }
    return isBinary() ? length / Float.BYTES : length;
  }

  /** What rows have to hold. */
  String expected(int neurons) {
    return isBinary() ? neurons * (long) Float.BYTES + " bytes" : neurons + " values";
  }

  /** What a row holds in place of that; empty if it is what was expected. */
  String fault(InternalRow row, int ordinal, int neurons) {
    if (row.isNullAt(ordinal)) {
      return "null";
    }
    if (isBinary()) {
      int bytes = row.getBinary(ordinal).length;
      return bytes == neurons * (long) Float.BYTES ? "" : bytes + " bytes";
    }
    ArrayData values = row.getArray(ordinal);
    if (values.numElements() != neurons) {
      return values.numElements() + " values";
    }
    return hasNull(values) ? "a null among them" : "";
  }

  private boolean hasNull(ArrayData values) {
    if (((ArrayType) type).containsNull()) {
      for (int i = 0; i < values.numElements(); i++) {
        if (values.isNullAt(i)) {
          return true;
        }
      }
    }
    return false;
  }
}
