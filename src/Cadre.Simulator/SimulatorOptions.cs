namespace Cadre.Simulator;

/// <summary>How a simulated endpoint behaves, whatever its script says.</summary>
public sealed record SimulatorOptions
{
    /// <summary>The id of the model that the built-in script plays.</summary>
    public const string BuiltInModel = "simulator";

    /// <summary>TCP port on 127.0.0.1; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>Answer 404 on <c>/v1/responses</c>, as endpoints do that only speak Chat Completions.</summary>
    public bool NoResponses { get; init; }

    /// <summary>Answer 400 to a <c>json_schema</c> format, as endpoints do that cannot hold a model to a schema.</summary>
    public bool NoJsonSchema { get; init; }

    /// <summary>What <c>/v1/embeddings</c> does; endpoints differ.</summary>
    public EmbeddingSupport Embeddings { get; init; }

    /// <summary>What <c>/v1/models</c> lists. Null: what the script names, else <see cref="BuiltInModel"/>.</summary>
    public IReadOnlyList<string>? Models { get; init; }

    /// <summary>Answer 404 <c>model_not_found</c> to a model that is not listed. Otherwise every model id is played.</summary>
    public bool RefuseUnknownModels { get; init; }

    /// <summary>Wait before the first byte of every answer, in addition to the script's.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Seed of the script's chances, and of the ids in answers. Null: chances use seed 0, ids differ from start to start.</summary>
    public int? Seed { get; init; }

    /// <summary>A prompt of more estimated tokens than this is refused with <c>context_length_exceeded</c>.</summary>
    public int ContextTokens { get; init; } = 128_000;

    /// <summary>Keep the latest requests in <see cref="SimulatorServer.Requests"/>. Off for load tests.</summary>
    public bool RecordRequests { get; init; } = true;

    /// <summary>Source of <c>created</c> times and of delays.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}

public enum EmbeddingSupport
{
    /// <summary>Numbers and base64.</summary>
    Whole,

    /// <summary>Numbers, also to those who ask for base64.</summary>
    IgnoresBase64,

    /// <summary>Numbers; 400 to those who ask for base64.</summary>
    RefusesBase64,

    /// <summary>404.</summary>
    None,
}
