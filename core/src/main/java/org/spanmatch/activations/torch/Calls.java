package org.spanmatch.activations.torch;

import java.util.Map;
import org.spanmatch.activations.torch.Value.Dict;
import org.spanmatch.activations.torch.Value.Made;
import org.spanmatch.activations.torch.Value.Named;
import org.spanmatch.activations.torch.Value.Plain;
import org.spanmatch.activations.torch.Value.Storage;
import org.spanmatch.activations.torch.Value.Tensor;
import org.spanmatch.activations.torch.Value.Text;
import org.spanmatch.activations.torch.Value.Tuple;
import org.spanmatch.activations.torch.Value.Whole;

/**
 * Describes what functions of a pickle would return. None is called. The arguments are those of
 * {@code torch/_utils.py} and {@code torch/_tensor.py} in torch 1.6 to 2.13.
 */
final class Calls {
  private static final String REBUILD = "torch._utils._rebuild_";
  private static final String TENSOR = REBUILD + "tensor";
  private static final String TENSOR2 = REBUILD + "tensor_v2";
  private static final String TENSOR3 = REBUILD + "tensor_v3";
  private static final String OF_TYPE = "torch._tensor._rebuild_from_type_v2";
  private static final String ARRAY =
      "it is an array of numpy, expected a tensor: save torch.from_numpy(a)";
  private static final String NUMBER = "it is a number of numpy, expected a tensor";
  private static final int MOST_AXES = 64;

  private static final Map<String, String> UNUSABLE =
      Map.of(
          REBUILD + "sparse_tensor",
          "it is a sparse tensor, expected a dense one: save t.to_dense()",
          REBUILD + "qtensor",
          "it is a quantized tensor, expected its numbers: save t.dequantize()",
          REBUILD + "meta_tensor_no_storage",
          "it is a tensor on the device 'meta', which has no values",
          REBUILD + "nested_tensor",
          "it is a nested tensor, expected one with axes: save t.to_padded_tensor(0)",
          "numpy.core.multiarray._reconstruct",
          ARRAY,
          "numpy._core.multiarray._reconstruct",
          ARRAY,
          "numpy.core.multiarray.scalar",
          NUMBER,
          "numpy._core.multiarray.scalar",
          NUMBER);

  private Calls() {}

  /** Describes what a function would return, if it is known. */
  static Value result(Value function, Value arguments) throws PickleException {
    if (function instanceof Made) {
      return function;
    }
    if (!(function instanceof Named named && arguments instanceof Tuple tuple)) {
      throw new PickleException("it calls what is no function");
    }
    return switch (named.name()) {
      case "collections.OrderedDict" -> tuple.size() == 0 ? new Dict() : object(named);
      case "collections.defaultdict" -> tuple.size() <= 1 ? new Dict() : object(named);
      case "torch.Size" ->
          tuple.size() == 1 && tuple.get(0) instanceof Tuple sizes ? sizes : object(named);
      case "__builtin__.set", "__builtin__.frozenset", "builtins.set", "builtins.frozenset" ->
          Plain.SET;
      case "_codecs.encode", "__builtin__.bytearray", "builtins.bytearray" -> Plain.BYTES;
      case REBUILD + "parameter", REBUILD + "parameter_with_state" ->
          requireTensor(tuple.size() > 0 ? tuple.get(0) : null);
      case OF_TYPE -> ofType(tuple);
      case TENSOR, TENSOR2, TENSOR3 -> tensor(named, tuple);
      default -> object(named);
    };
  }

  /** Says why what a class or function would make can't be a layer. */
  static String reason(Made made) throws PickleException {
    String known = UNUSABLE.get(made.by().name());
    if (known != null) {
      return known;
    }
    return switch (made.kind()) {
      case TENSOR ->
          "it is a tensor of the class "
              + made.by().name()
              + ", expected a plain one: save t.as_subclass(torch.Tensor)";
      case LAZY ->
          "its values are still to be negated or conjugated: save t.resolve_conj().resolve_neg()";
      case MODULE -> "it is a module of the class " + made.by().name() + ", expected a tensor";
      case OBJECT ->
          "it takes " + made.by().name() + " to make it, which is never run, expected a tensor";
    };
  }

  private static Made object(Named by) {
    return new Made(by, Made.Kind.OBJECT);
  }

  private static Value requireTensor(Value value) throws PickleException {
    if (value instanceof Tensor || value instanceof Made) {
      return value;
    }
    throw wrong("a parameter");
  }

  /** Takes a function, a type, the function's arguments, and the attributes of the tensor. */
  private static Value ofType(Tuple tuple) throws PickleException {
    if (tuple.size() < 3
        || !(tuple.get(0) instanceof Named function)
        || !(tuple.get(1) instanceof Named type)
        || function.name().equals(OF_TYPE)) { // which would recur
      throw wrong("a tensor");
    }
    return switch (type.name()) {
      case "torch.Tensor", "torch.nn.parameter.Parameter", "torch.nn.parameter.Buffer" ->
          requireTensor(result(function, tuple.get(2)));
      default -> new Made(type, Made.Kind.TENSOR);
    };
  }

  /**
   * Takes a storage, an offset, sizes and strides; then whether it has a gradient, and hooks; in
   * the third version a type; and what may be left out, metadata.
   */
  private static Value tensor(Named function, Tuple tuple) throws PickleException {
    boolean third = function.name().equals(TENSOR3);
    int metadata = third ? 7 : 6;
    if (tuple.size() < (function.name().equals(TENSOR) ? 4 : metadata)
        || !(tuple.get(0) instanceof Storage storage)
        || !(tuple.get(1) instanceof Whole offset)
        || offset.value() < 0
        || !(tuple.get(2) instanceof Tuple sizes)
        || !(tuple.get(3) instanceof Tuple strides)
        || !areCounts(sizes)
        || !areCounts(strides)
        || sizes.size() != strides.size()) {
      throw wrong("a tensor");
    }
    Named dtype = storage.type();
    if (third) {
      if (!(tuple.get(6) instanceof Named named)) {
        throw wrong("a tensor");
      }
      dtype = named;
    }
    boolean lazy =
        tuple.size() > metadata && tuple.get(metadata) instanceof Dict marks && isLazy(marks);
    return lazy
        ? new Made(function, Made.Kind.LAZY)
        : new Tensor(storage.key(), dtype, offset.value(), sizes, strides);
  }

  private static boolean areCounts(Tuple tuple) {
    if (tuple.size() > MOST_AXES) {
      return false;
    }
    for (int i = 0; i < tuple.size(); i++) {
      if (!(tuple.get(i) instanceof Whole whole && whole.value() >= 0)) {
        return false;
      }
    }
    return true;
  }

  /** Whether the values are still to be negated or conjugated. */
  private static boolean isLazy(Dict metadata) {
    for (int i = 0; i < Math.min(4, metadata.size()); i++) {
      if (metadata.key(i) instanceof Text text && (text.is("neg") || text.is("conj"))) {
        return true;
      }
    }
    return false;
  }

  private static PickleException wrong(String what) {
    return new PickleException("the arguments for " + what + " in it are not those of torch");
  }
}
