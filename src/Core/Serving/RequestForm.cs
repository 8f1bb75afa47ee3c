namespace Mlops.Serving;

/// <summary>What a dialect puts around the rows in JSON.</summary>
public enum RequestForm
{
    /// <summary><c>{"record": {feature: value, …}}</c> or <c>{"records": [{…}, …]}</c></summary>
    Native,

    /// <summary>One of <c>dataframe_split</c>, <c>dataframe_records</c>, <c>instances</c> and <c>inputs</c>, and perhaps
    /// <c>params</c>.</summary>
    Mlflow,

    /// <summary><c>{"instances": […]}</c> or <c>{"inputs": […]}</c>: records, lists in the order of the signature, or single values.</summary>
    V1,

    /// <summary><c>{"features": {…}}</c>, <c>{"features": […]}</c> or <c>{"text": "…"}</c>: one row.</summary>
    Simple,
}
