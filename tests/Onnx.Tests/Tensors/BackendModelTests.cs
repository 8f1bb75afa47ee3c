using System.Runtime.InteropServices;
using Mlops.Registry;
using Mlops.Serving;

namespace Mlops.Onnx;

/// <summary>What the ONNX project tests runtimes with, through our loading, signature and scoring.</summary>
/// <remarks>
/// Of the 1,072 models of ONNX 1.12, 980 are served: 944 give the reference's outputs within 1e-5 + 1e-4 |expected|, 20 within 1e-3 of
/// them, 10 are of chance, and of 6 the runtime has another opinion. 8 need a locale, and 84 are refused, with the reasons below; each list
/// is held against what happens. None of the models is of ai.onnx.ml: for that domain see <see cref="ForeignModelTests"/>.
/// </remarks>
public sealed class BackendModelTests
{
    /// <summary>Chance is what they show.</summary>
    private static readonly string[] Random =
    [
        "node/test_bernoulli", "node/test_bernoulli_double", "node/test_bernoulli_double_expanded", "node/test_bernoulli_expanded",
        "node/test_bernoulli_seed", "node/test_bernoulli_seed_expanded", "node/test_training_dropout", "node/test_training_dropout_default",
        "node/test_training_dropout_default_mask", "node/test_training_dropout_mask",
    ];

    /// <summary>Single precision sums in another order, or expectations of four digits: within 1e-3 + 1e-3 |expected|.</summary>
    private static readonly string[] Coarse =
    [
        "node/test_blackmanwindow", "node/test_blackmanwindow_expanded", "node/test_blackmanwindow_symmetric",
        "node/test_blackmanwindow_symmetric_expanded", "node/test_dft", "node/test_dft_axis", "node/test_dft_inverse",
        "node/test_gridsample_bicubic", "node/test_hammingwindow", "node/test_hammingwindow_expanded",
        "node/test_hammingwindow_symmetric", "node/test_hammingwindow_symmetric_expanded", "node/test_hannwindow",
        "node/test_hannwindow_expanded", "node/test_hannwindow_symmetric", "node/test_hannwindow_symmetric_expanded",
        "node/test_roialign_aligned_false", "node/test_roialign_aligned_true", "node/test_stft", "node/test_stft_with_window",
    ];

    /// <summary>ONNX Runtime answers otherwise than the reference of ONNX 1.12: corner alignment, the place of unpooled maxima, and how
    /// many digits a float is written with.</summary>
    private static readonly string[] Otherwise =
    [
        "node/test_cast_FLOAT_to_STRING", "node/test_castlike_FLOAT_to_STRING", "node/test_castlike_FLOAT_to_STRING_expanded",
        "node/test_maxunpool_export_with_output_shape", "node/test_resize_downsample_scales_cubic_align_corners",
        "node/test_resize_downsample_scales_linear_align_corners",
    ];

    /// <summary>StringNormalizer asks the machine for the locale en_US.UTF-8, which slim images lack.</summary>
    private static readonly string[] OfALocale =
    [
        "node/test_strnormalizer_export_monday_casesensintive_lower", "node/test_strnormalizer_export_monday_casesensintive_upper",
        "node/test_strnormalizer_export_monday_empty_output", "node/test_strnormalizer_export_monday_insensintive_upper_twodim",
        "simple/test_strnorm_model_monday_casesensintive_lower", "simple/test_strnorm_model_monday_casesensintive_upper",
        "simple/test_strnorm_model_monday_empty_output", "simple/test_strnorm_model_monday_insensintive_upper_twodim",
    ];

    /// <summary>Refused when they are loaded, by what the refusal says.</summary>
    private static readonly (string Reason, string[] Names)[] Refused =
    [
        ("ai.onnx.preview.training",
        [
            "node/test_adagrad", "node/test_adagrad_multiple", "node/test_adam", "node/test_adam_multiple", "node/test_momentum",
            "node/test_momentum_multiple", "node/test_nesterov_momentum", "simple/test_gradient_of_add",
            "simple/test_gradient_of_add_and_mul",
        ]),
        ("BFloat16",
        [
            "node/test_cast_BFLOAT16_to_FLOAT", "node/test_cast_FLOAT_to_BFLOAT16", "node/test_castlike_BFLOAT16_to_FLOAT",
            "node/test_castlike_BFLOAT16_to_FLOAT_expanded", "node/test_castlike_FLOAT_to_BFLOAT16",
            "node/test_castlike_FLOAT_to_BFLOAT16_expanded",
        ]),
        ("optional is no tensor",
        [
            "node/test_identity_opt", "node/test_if_opt", "node/test_loop16_seq_none", "node/test_optional_get_element",
            "node/test_optional_get_element_sequence", "node/test_optional_has_element", "node/test_optional_has_element_empty",
        ]),
        ("sequence is no tensor",
        [
            "node/test_identity_sequence", "node/test_if_seq", "node/test_loop13_seq", "node/test_sequence_insert_at_back",
            "node/test_sequence_insert_at_front", "node/test_sequence_map_add_1_sequence_1_tensor",
            "node/test_sequence_map_add_1_sequence_1_tensor_expanded", "node/test_sequence_map_add_2_sequences",
            "node/test_sequence_map_add_2_sequences_expanded", "node/test_sequence_map_extract_shapes",
            "node/test_sequence_map_extract_shapes_expanded", "node/test_sequence_map_identity_1_sequence",
            "node/test_sequence_map_identity_1_sequence_1_tensor", "node/test_sequence_map_identity_1_sequence_1_tensor_expanded",
            "node/test_sequence_map_identity_1_sequence_expanded", "node/test_sequence_map_identity_2_sequences",
            "node/test_sequence_map_identity_2_sequences_expanded",
        ]),
        ("Batchwise recurrent operations", ["node/test_gru_batchwise", "node/test_lstm_batchwise", "node/test_simple_rnn_batchwise"]),

        // Element types that the runtime has not written these operators for.
        ("Could not find an implementation",
        [
            "node/test_bitshift_left_uint16", "node/test_bitshift_right_uint16", "node/test_max_int16", "node/test_max_uint16",
            "node/test_min_int16", "node/test_min_uint16", "node/test_pow_types_float32_uint32", "node/test_pow_types_float32_uint64",
        ]),

        // Versions of the operators before 7, which the runtime has for a few only.
        ("Could not find an implementation",
        [
            "pytorch-converted/test_AvgPool1d", "pytorch-converted/test_AvgPool1d_stride", "pytorch-converted/test_AvgPool2d",
            "pytorch-converted/test_AvgPool2d_stride", "pytorch-converted/test_AvgPool3d", "pytorch-converted/test_AvgPool3d_stride",
            "pytorch-converted/test_AvgPool3d_stride1_pad0_gpu_input", "pytorch-converted/test_BatchNorm1d_3d_input_eval",
            "pytorch-converted/test_BatchNorm2d_eval", "pytorch-converted/test_BatchNorm2d_momentum_eval",
            "pytorch-converted/test_BatchNorm3d_eval", "pytorch-converted/test_BatchNorm3d_momentum_eval", "pytorch-converted/test_GLU",
            "pytorch-converted/test_GLU_dim", "pytorch-converted/test_Linear", "pytorch-converted/test_PReLU_1d",
            "pytorch-converted/test_PReLU_1d_multiparam", "pytorch-converted/test_PReLU_2d", "pytorch-converted/test_PReLU_2d_multiparam",
            "pytorch-converted/test_PReLU_3d", "pytorch-converted/test_PReLU_3d_multiparam",
            "pytorch-converted/test_PoissonNLLLLoss_no_reduce", "pytorch-converted/test_Softsign",
            "pytorch-operator/test_operator_add_broadcast", "pytorch-operator/test_operator_add_size1_broadcast",
            "pytorch-operator/test_operator_add_size1_right_broadcast", "pytorch-operator/test_operator_add_size1_singleton_broadcast",
            "pytorch-operator/test_operator_addconstant", "pytorch-operator/test_operator_addmm", "pytorch-operator/test_operator_basic",
            "pytorch-operator/test_operator_mm", "pytorch-operator/test_operator_non_float_params",
            "pytorch-operator/test_operator_params", "pytorch-operator/test_operator_pow",
        ]),
    ];

    private static readonly OnnxModelLoader Loader = new(OnnxLimits.Default);

    public static TheoryData<string> ExactNames => [.. Exact];

    public static TheoryData<string> CoarseNames => [.. Coarse];

    public static TheoryData<string> RandomNames => [.. Random];

    public static TheoryData<string> OtherwiseNames => [.. Otherwise];

    public static TheoryData<string> LocaleNames => [.. OfALocale];

    private static IEnumerable<string> Exact =>
        BackendModels.Names.Except([.. Random, .. Coarse, .. Otherwise, .. OfALocale, .. Refused.SelectMany(list => list.Names)]);

    public static TheoryData<string, string> RefusedNames
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var (name, reason) in Refused.SelectMany(list => list.Names.Select(name => (name, list.Reason))))
            {
                data.Add(name, reason);
            }

            return data;
        }
    }

    [BackendTheory]
    [MemberData(nameof(ExactNames))]
    public void A_model_gives_the_outputs_of_the_reference(string name) => Assert.InRange(Deviation(name, 1e-5, 1e-4), 0, 1);

    [BackendTheory]
    [MemberData(nameof(CoarseNames))]
    public void Some_give_them_less_exactly(string name)
    {
        Assert.InRange(Deviation(name, 1e-3, 1e-3), 0, 1);
        Assert.True(Deviation(name, 1e-5, 1e-4) > 1, "It can leave the list.");
    }

    [BackendTheory]
    [MemberData(nameof(OtherwiseNames))]
    public void Some_give_other_ones(string name) => Assert.True(Deviation(name, 1e-3, 1e-3) > 1, "It can leave the list.");

    [BackendTheory]
    [MemberData(nameof(RandomNames))]
    public void Those_of_chance_give_outputs_of_the_same_form(string name)
    {
        var (expected, actual) = Run(name);

        Assert.Equal(expected.Select(Form), actual.Select(Form));
    }

    [BackendTheory]
    [MemberData(nameof(LocaleNames))]
    public void Those_of_a_locale_are_served_where_it_is(string name)
    {
        try
        {
            Assert.Equal(0, Deviation(name, 1e-5, 1e-4));
        }
        catch (ModelLoadException refused)
        {
            Assert.Contains("locale", refused.Message, StringComparison.Ordinal);
        }
    }

    [BackendTheory]
    [MemberData(nameof(RefusedNames))]
    public void A_model_that_is_not_served_is_refused_with_the_reason(string name, string reason) =>
        Assert.Contains(reason, Assert.Throws<ModelLoadException>(() => Load(name).Dispose()).Message, StringComparison.Ordinal);

    [BackendFact]
    public void Most_are_served() => Assert.Equal(
        (1_072, 944, 84), (BackendModels.Names.Count(), Exact.Count(), Refused.Sum(list => list.Names.Length)));

    [BackendFact]
    public void Many_are_served_although_they_fail_on_zeros()
    {
        var failing = Exact.Count(name =>
        {
            using var scorer = Load(name);
            return !scorer.TakesZeros;
        });

        Assert.InRange(failing, 50, 100);
    }

    /// <summary>Loads as an import does, and again by the signature that was found, as serving does.</summary>
    private static TensorScorer Load(string name)
    {
        var model = BackendModels.Model(name);
        using var inferred = Loader.LoadTensors(model, ModelAdmission.Admit(model, OnnxLimits.Default), null);
        return (TensorScorer)Loader.LoadTensors(model, inferred.Signature);
    }

    private static (IReadOnlyList<NamedTensor> Expected, IReadOnlyList<NamedTensor> Actual) Run(string name)
    {
        using var scorer = Load(name);
        var inputs = BackendModels.Tensors(name, "input");

        // The files are in the order of the graph, and some are named otherwise than its inputs.
        var named = scorer.Signature.Inputs
            .Select((input, i) => (inputs.FirstOrDefault(tensor => tensor.Name == input.Name) ?? inputs[i]) with { Name = input.Name });
        var actual = scorer.Run([.. named], [], default);
        Assert.All(scorer.Signature.Outputs.Zip(actual), pair => Assert.True(Fits(pair.First, pair.Second), $"{pair}"));
        return (BackendModels.Tensors(name, "output"), actual);
    }

    /// <summary>The greatest difference in multiples of the tolerance; infinite for other forms or texts.</summary>
    private static double Deviation(string name, double absolute, double relative)
    {
        var (expected, actual) = Run(name);
        return expected.Zip(actual).Max(pair => Deviation(pair.First, pair.Second, absolute, relative));
    }

    private static double Deviation(NamedTensor expected, NamedTensor actual, double absolute, double relative)
    {
        var isSame = Form(expected) == Form(actual) && (expected.Strings ?? []).SequenceEqual(actual.Strings ?? []);
        return isSame
            ? Numbers(expected).Zip(Numbers(actual)).Max(pair => Deviation(pair.First, pair.Second, absolute, relative))
            : double.PositiveInfinity;
    }

    private static double Deviation(double expected, double actual, double absolute, double relative)
    {
        var deviation = Math.Abs(expected - actual) / (absolute + (relative * Math.Abs(expected)));
        return expected.Equals(actual) ? 0 : double.IsNaN(deviation) ? double.PositiveInfinity : deviation;
    }

    private static bool Fits(TensorSpec spec, NamedTensor tensor) =>
        spec.Type == tensor.Type
        && spec.Shape.Count == tensor.Shape.Count
        && spec.Shape.Zip(tensor.Shape).All(pair => pair.First < 0 || pair.First == pair.Second);

    private static string Form(NamedTensor tensor) => $"{tensor.Type} [{string.Join(", ", tensor.Shape)}]";

    private static IEnumerable<double> Numbers(NamedTensor tensor) => tensor.Type switch
    {
        TensorType.Float16 => Numbers<Half>(tensor, value => (double)value),
        TensorType.Float32 => Numbers<float>(tensor, value => value),
        TensorType.Float64 => Numbers<double>(tensor, value => value),
        TensorType.Int64 => Numbers<long>(tensor, value => value),
        TensorType.UInt64 => Numbers<ulong>(tensor, value => value),
        TensorType.Int32 => Numbers<int>(tensor, value => value),
        TensorType.UInt32 => Numbers<uint>(tensor, value => value),
        TensorType.Int16 => Numbers<short>(tensor, value => value),
        TensorType.UInt16 => Numbers<ushort>(tensor, value => value),
        TensorType.Int8 => Numbers<sbyte>(tensor, value => value),
        _ => Numbers<byte>(tensor, value => value),
    };

    private static IEnumerable<double> Numbers<T>(NamedTensor tensor, Func<T, double> read)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(tensor.Data.Span).ToArray().Select(read).DefaultIfEmpty(0);
}
