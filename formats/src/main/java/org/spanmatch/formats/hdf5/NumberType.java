package org.spanmatch.formats.hdf5;

import io.jhdf.object.datatype.BitField;
import io.jhdf.object.datatype.CompoundDataType;
import io.jhdf.object.datatype.DataType;
import io.jhdf.object.datatype.EnumDataType;
import io.jhdf.object.datatype.FixedPoint;
import io.jhdf.object.datatype.FloatingPoint;
import io.jhdf.object.datatype.Reference;
import io.jhdf.object.datatype.StringData;
import io.jhdf.object.datatype.VariableLength;
import java.nio.ByteOrder;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.spanmatch.activations.ElementType;

/**
 * A number format of HDF5 that can be read.
 *
 * @param type the format of a value
 * @param order the byte order of a value
 */
record NumberType(ElementType type, ByteOrder order) {
  /** Where the parts of a floating-point number lie, in bits from the least significant one. */
  private record Parts(int bits, int exponentAt, int exponentBits, int mantissaBits, int bias) {}

  private static final Map<Parts, ElementType> FLOATS =
      Map.of(
          new Parts(16, 10, 5, 10, 15), ElementType.FLOAT16,
          new Parts(16, 7, 8, 7, 127), ElementType.BFLOAT16,
          new Parts(32, 23, 8, 23, 127), ElementType.FLOAT32,
          new Parts(64, 52, 11, 52, 1023), ElementType.FLOAT64);
  private static final int IMPLIED_ONE = 2; // how IEEE 754 normalises mantissas

  /** What a type of the file means, if it is a number format that can be read. */
  static Optional<NumberType> of(DataType type) {
    if (type instanceof FloatingPoint number) {
      return element(number).map(element -> new NumberType(element, number.getByteOrder()));
    }
    if (type instanceof FixedPoint number) {
      boolean whole =
          number.getBitOffset() == 0 && number.getBitPrecision() == number.getSize() * Byte.SIZE;
      return whole
          ? ElementType.ofCode((number.isSigned() ? "i" : "u") + number.getSize())
              .map(element -> new NumberType(element, number.getByteOrder()))
          : Optional.empty();
    }
    if (type instanceof EnumDataType names && isBool(names)) {
      return Optional.of(new NumberType(ElementType.BOOL, ByteOrder.LITTLE_ENDIAN));
    }
    // PyTables stores bool so.
    return type instanceof BitField && type.getSize() == 1
        ? Optional.of(new NumberType(ElementType.UINT8, ByteOrder.LITTLE_ENDIAN))
        : Optional.empty();
  }

  private static Optional<ElementType> element(FloatingPoint number) {
    Parts parts =
        new Parts(
            number.getBitPrecision(),
            number.getExponentLocation(),
            number.getExponentSize(),
            number.getMantissaSize(),
            number.getExponentBias());
    boolean usual =
        number.getSize() * Byte.SIZE == parts.bits
            && number.getBitOffset() == 0
            && number.getMantissaLocation() == 0
            && number.getSignLocation() == parts.bits - 1
            && number.getMantissaNormalization() == IMPLIED_ONE;
    return usual ? Optional.ofNullable(FLOATS.get(parts)) : Optional.empty();
  }

  /** As h5py stores numpy's bool. */
  private static boolean isBool(EnumDataType names) {
    return names.getSize() == 1 && names.getEnumMapping().equals(Map.of(0, "FALSE", 1, "TRUE"));
  }

  /** What a type is called that is no number format that can be read. */
  static String name(DataType type) {
    if (type instanceof StringData
        || (type instanceof VariableLength text && text.isVariableLengthString())) {
      return "string";
    }
    if (type instanceof VariableLength) {
      return "variable length";
    }
    if (type instanceof CompoundDataType) {
      return "compound";
    }
    if (type instanceof EnumDataType) {
      return "enumeration";
    }
    if (type instanceof Reference) {
      return "reference";
    }
    if (type instanceof FloatingPoint || type instanceof FixedPoint) {
      return type.getSize() * Byte.SIZE
          + "-bit "
          + (type instanceof FixedPoint ? "integer" : "floating point");
    }
    return type.getClass().getSimpleName().replace("DataType", "").toLowerCase(Locale.ROOT);
  }

  /** The type as numpy spells it, such as {@code <f4}. */
  @Override
  public String toString() {
    if (type == ElementType.BFLOAT16) {
      return "bfloat16";
    }
    String mark = type.bytes() == 1 ? "|" : order == ByteOrder.BIG_ENDIAN ? ">" : "<";
    return mark + type.code();
  }
}
