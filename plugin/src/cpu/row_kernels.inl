// The row kernels over a vector type, for the source files that are compiled for one instruction set each. What is
// defined here is local to the file that includes it: nothing that another file could be linked against may be compiled
// for a processor that is not there.
//
// Vector: kLanes; load(const float*), store(float*, v); widenBfloat16, widenHalf from kLanes uint16_t; narrowBfloat16,
// narrowHalf to them; add, multiply, select(negative, a, b).

template <class Vector, Element kType>
struct Lanes;

template <class Vector>
struct Lanes<Vector, Element::Float> {
  using Scalar = float;
  static auto load(const float* p) { return Vector::load(p); }
  static void store(float* p, typename Vector::Type v) { Vector::store(p, v); }
};
template <class Vector>
struct Lanes<Vector, Element::Bfloat16> {
  using Scalar = uint16_t;
  static auto load(const uint16_t* p) { return Vector::widenBfloat16(p); }
  static void store(uint16_t* p, typename Vector::Type v) { Vector::narrowBfloat16(p, v); }
};
template <class Vector>
struct Lanes<Vector, Element::Half> {
  using Scalar = uint16_t;
  static auto load(const uint16_t* p) { return Vector::widenHalf(p); }
  static void store(uint16_t* p, typename Vector::Type v) { Vector::narrowHalf(p, v); }
};

template <class Vector, Element kTo, Element kFrom>
void convertRow(void* out, const void* in, size_t count) {
  using To = Lanes<Vector, kTo>;
  using From = Lanes<Vector, kFrom>;
  auto* to = static_cast<typename To::Scalar*>(out);
  const auto* from = static_cast<const typename From::Scalar*>(in);
  size_t i = 0;
  for (; i + Vector::kLanes <= count; i += Vector::kLanes) To::store(to + i, From::load(from + i));
  if (i == count) return;
  typename From::Scalar rest[Vector::kLanes] = {};
  typename To::Scalar result[Vector::kLanes];
  __builtin_memcpy(rest, from + i, (count - i) * sizeof *rest);
  To::store(result, From::load(rest));
  __builtin_memcpy(to + i, result, (count - i) * sizeof *result);
}

template <class Vector, Element kOut, Element kA, Element kB>
void addRow(void* out, const void* a, const void* b, size_t count, bool clamp, float slope) {
  using Out = Lanes<Vector, kOut>;
  using A = Lanes<Vector, kA>;
  using B = Lanes<Vector, kB>;
  auto* to = static_cast<typename Out::Scalar*>(out);
  const auto* one = static_cast<const typename A::Scalar*>(a);
  const auto* two = static_cast<const typename B::Scalar*>(b);
  const auto sum = [&](typename Vector::Type x, typename Vector::Type y) {
    const auto s = Vector::add(x, y);
    return clamp ? Vector::selectNegative(s, Vector::scale(s, slope), s) : s;
  };
  size_t i = 0;
  for (; i + Vector::kLanes <= count; i += Vector::kLanes) Out::store(to + i, sum(A::load(one + i), B::load(two + i)));
  if (i == count) return;
  typename A::Scalar rest_a[Vector::kLanes] = {};
  typename B::Scalar rest_b[Vector::kLanes] = {};
  typename Out::Scalar result[Vector::kLanes];
  __builtin_memcpy(rest_a, one + i, (count - i) * sizeof *rest_a);
  __builtin_memcpy(rest_b, two + i, (count - i) * sizeof *rest_b);
  Out::store(result, sum(A::load(rest_a), B::load(rest_b)));
  __builtin_memcpy(to + i, result, (count - i) * sizeof *result);
}

template <class Vector>
constexpr RowKernels makeRowKernels() {
  constexpr Element F = Element::Float, B = Element::Bfloat16, H = Element::Half;
  return {{{convertRow<Vector, F, F>, convertRow<Vector, F, B>, convertRow<Vector, F, H>},
           {convertRow<Vector, B, F>, convertRow<Vector, B, B>, convertRow<Vector, B, H>},
           {convertRow<Vector, H, F>, convertRow<Vector, H, B>, convertRow<Vector, H, H>}},
          {{{addRow<Vector, F, F, F>, addRow<Vector, F, F, B>}, {addRow<Vector, F, B, F>, addRow<Vector, F, B, B>}},
           {{addRow<Vector, B, F, F>, addRow<Vector, B, F, B>}, {addRow<Vector, B, B, F>, addRow<Vector, B, B, B>}}}};
}
