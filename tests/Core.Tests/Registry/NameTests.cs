using System.Text.Json;
using Mlops.Storage;

namespace Mlops.Registry;

public class NameTests
{
    [Theory]
    [InlineData("churn", true)]
    [InlineData("sk-learn_RF.v2", true)]
    [InlineData("7", true)]
    [InlineData("", false)]
    [InlineData("-churn", false)]
    [InlineData("churn.", false)]
    [InlineData("churn\n", false)]
    [InlineData("a/b", false)]
    [InlineData("a:b", false)]
    [InlineData("a b", false)]
    [InlineData("chürn", false)]
    [InlineData("..", false)]
    public void A_model_name_is_legal_in_a_url_a_path_and_a_key(string text, bool expected)
    {
        Assert.Equal(expected, ModelName.TryParse(text, null, out var name));
        Assert.Equal(expected ? text : null, name?.Value);
        Assert.True(!expected || (BlobPath.IsLegal(text) && TableKey.IsLegal(text) && Uri.EscapeDataString(text) == text));
    }

    [Theory]
    [InlineData(128, true)]
    [InlineData(129, false)]
    public void A_model_name_has_at_most_128_characters(int length, bool expected) =>
        Assert.Equal(expected, ModelName.TryParse(new string('m', length), null, out _));

    [Theory]
    [InlineData("champion", true)]
    [InlineData("Shadow_2-b", true)]
    [InlineData("vega", true)]
    [InlineData("v2x", true)]
    [InlineData("latest", false)]
    [InlineData("Latest", false)]
    [InlineData("v12", false)]
    [InlineData("V1", false)]
    [InlineData("a.b", false)]
    [InlineData("", false)]
    [InlineData("champion\n", false)]
    public void An_alias_is_not_to_be_taken_for_a_version(string text, bool expected) =>
        Assert.Equal(expected, AliasName.TryParse(text, null, out _));

    [Fact]
    public void Names_are_strings_in_json_as_values_and_as_keys()
    {
        var aliases = new Dictionary<AliasName, ModelName> { [AliasName.Champion] = ModelName.Parse("churn") };

        var json = Documents.Write(aliases);

        Assert.Equal("""{"champion":"churn"}"""u8.ToArray(), json);
        Assert.Equal(aliases, Documents.Read<Dictionary<AliasName, ModelName>>(json));
        Assert.Throws<JsonException>(() => Documents.Read<ModelName>("\"a/b\""u8.ToArray()));
        Assert.Throws<JsonException>(() => Documents.Read<ModelName>("7"u8.ToArray()));
    }
}
