using System.ClientModel;
using System.ClientModel.Primitives;
using Cadre.Conformance.Tests.Server;
using Cadre.Conformance.Tests.Wire;
using OpenAI;

namespace Cadre.Conformance.Tests.Sdk;

/// <summary>A program with NuGet OpenAI 2.15.0, through a validating proxy; what does not fit the description fails the test that met it.</summary>
public abstract class DotNetProgram(ServerUnderTest server) : IAsyncLifetime
{
    private ValidatingProxy? _proxy;

    private protected OpenAIClient Client { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _proxy = await ValidatingProxy.StartAsync(server.Address);
        Client = ClientOf(await server.KeyOfAsync("dotnet-" + Guid.NewGuid().ToString("n")[..12]));
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_proxy is null) return;
        var faults = _proxy.Judgement.Faults;
        await _proxy.DisposeAsync();
        Assert.True(faults.Count == 0, $"{faults.Count} bodies or events do not fit the description.\n{string.Join('\n', faults.Take(20))}");
    }

    private protected OpenAIClient ClientOf(string key) =>
        new(new ApiKeyCredential(key), new OpenAIClientOptions { Endpoint = _proxy!.BaseUrl, RetryPolicy = new ClientRetryPolicy(0), NetworkTimeout = TimeSpan.FromSeconds(30) });

    /// <summary>Until something is in a state, by asking as these programs do.</summary>
    private protected static async Task<T> UntilAsync<T>(Func<Task<T>> ask, Func<T, bool> reached)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            var found = await ask();
            if (reached(found)) return found;
            await Task.Delay(30, late.Token);
        }
    }

    private protected static async Task<List<T>> ListAsync<T>(IAsyncEnumerable<T> items)
    {
        var list = new List<T>();
        await foreach (var item in items) list.Add(item);
        return list;
    }

    private protected static async Task<ClientResultException> FailsAsync(int status, Func<Task> call)
    {
        var failure = await Assert.ThrowsAsync<ClientResultException>(call);
        Assert.Equal(status, failure.Status);
        return failure;
    }
}
