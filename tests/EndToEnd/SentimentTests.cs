using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace Mlops.EndToEnd;

/// <summary>A sentiment service: texts in, a trained model, one question at a time.</summary>
public sealed class SentimentTests
{
    private static readonly string[] Things = ["film", "book", "hotel", "phone", "meal", "service", "album", "bike", "course", "camera"];
    private static readonly string[] Openings = ["This", "The", "Their", "My new", "Our last", "That"];

    private static readonly string[] Praise =
        ["wonderful", "excellent", "great", "lovely", "brilliant", "delightful", "perfect", "superb", "charming", "reliable"];

    private static readonly string[] Blame =
        ["terrible", "awful", "boring", "broken", "horrible", "dreadful", "useless", "disappointing", "poor", "slow"];

    [Fact]
    public async Task A_text_alone_gets_its_sentiment_in_every_dialect()
    {
        await using var platform = await Platform.StartAsync();
        var client = platform.Client;
        using var reviews = new StringContent(Reviews(400), Encoding.UTF8, "text/csv");
        Assert.Equal(HttpStatusCode.Created, (await client.PostAsync("/api/v1/datasets/reviews/versions", reviews)).StatusCode);
        var training = await PostAsync(client, "/api/v1/training", """
            {"model": "sentiment", "dataset": "reviews", "target": "sentiment", "positiveClass": "positive", "learner": {"name": "naive-bayes"}}
            """);
        await client.GetStringAsync($"/api/v1/training/{training["id"]}/events");
        await PostAsync(client, "/api/v1/endpoints", """{"name": "sentiment", "model": "sentiment", "alias": "champion"}""");

        foreach (var (text, expected) in new[]
        {
            ("An excellent film, wonderful and charming", "positive"),
            ("What a terrible meal: awful, slow and disappointing", "negative"),
            ("great, perfect, superb", "positive"),
            ("The phone is broken and useless", "negative"),
        })
        {
            var answer = await PostAsync(client, "/predict", $$"""{"text": "{{text}}"}""");
            Assert.Equal(["text", "prediction", "confidence", "tenant"], answer.AsObject().Select(member => member.Key));
            Assert.Equal((text, expected), (answer["text"]!.GetValue<string>(), answer["prediction"]!.GetValue<string>()));
            Assert.InRange(answer["confidence"]!.GetValue<double>(), 0.8, 1);

            foreach (var (path, body) in new[]
            {
                ("/v1/models/sentiment:predict", $$"""{"instances": ["{{text}}"]}"""),
                ("/invocations", $$"""{"dataframe_split": {"columns": ["review"], "data": [["{{text}}"]]} }"""),
                ("/endpoints/sentiment/invocations", $$"""{"inputs": {"review": ["{{text}}"]} }"""),
            })
            {
                Assert.Equal(expected, (await PostAsync(client, path, body))["predictions"]![0]!.GetValue<string>());
            }
        }

        var metrics = await client.GetStringAsync("/metrics");
        Assert.All(["simple", "v1", "mlflow"], dialect => Assert.Contains($"dialect=\"{dialect}\"", metrics, StringComparison.Ordinal));
        Assert.Equal("\n", await client.GetStringAsync("/ping"));
        Assert.Equal("""{"name":"sentiment","ready":true}""", await client.GetStringAsync("/v1/models/sentiment"));
        Assert.Empty(platform.Errors);
    }

    /// <summary>Short reviews, half of each kind; every seventh of them says something of the other kind too.</summary>
    private static string Reviews(int count)
    {
        var random = new Random(7);
        var csv = new StringBuilder("review,sentiment\n");
        for (var i = 0; i < count; i++)
        {
            var (own, other) = i % 2 is 0 ? (Praise, Blame) : (Blame, Praise);
            string Of(string[] words) => words[random.Next(words.Length)];
            var tail = i % 7 is 0 ? $" though a little {Of(other)}" : $" and {Of(own)}";
            csv.Append(CultureInfo.InvariantCulture, $"\"{Of(Openings)} {Of(Things)} is {Of(own)}, {Of(own)}{tail} (no. {i})\",");
            csv.Append(i % 2 is 0 ? "positive\n" : "negative\n");
        }

        return csv.ToString();
    }

    private static async Task<JsonNode> PostAsync(HttpClient client, string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync(path, content);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {text}");
        return JsonNode.Parse(text)!;
    }
}
