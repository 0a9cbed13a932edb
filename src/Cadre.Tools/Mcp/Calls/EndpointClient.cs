using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Cadre.Engine.Policies;
using Cadre.Engine.Ports;
using Cadre.Engine.Tools;
using Cadre.Tools.Mcp.Configuration;
using Cadre.Tools.Mcp.Connections;
using Cadre.Tools.Mcp.OAuth;
using Cadre.Tools.Mcp.Pins;
using ModelContextProtocol;

namespace Cadre.Tools.Mcp.Calls;

/// <summary>One endpoint: lists its tools against their pins and calls them. Nothing that a server does makes it throw.</summary>
internal sealed class EndpointClient : IAsyncDisposable
{
    public const int MaxTools = 512;
    private const string KeyField = "cadre/idempotency-key";

    private readonly McpEndpoint _endpoint;
    private readonly McpOptions _options;
    private readonly PinKeeper _pins;
    private readonly TimeProvider _time;
    private readonly OAuthSession? _session;
    private readonly EndpointConnection _connection;
    private readonly SemaphoreSlim _listing = new(1, 1);
    private readonly SecretMask _mask;
    private EndpointTools? _listed;
    private DateTimeOffset _listedAt;

    public EndpointClient(McpEndpoint endpoint, McpOptions options, LinkOpener opener, PinKeeper pins, OpenLinks? links, TimeProvider time)
    {
        (_endpoint, _options, _pins, _time) = (endpoint, options, pins, time);
        _session = opener.SessionOf(endpoint);
        _connection = new(endpoint, opener, _session, links, time);
        _mask = SecretMask.Of(endpoint, options.Environment, _session);
        Hosts = HostsOf(endpoint, options);
    }

    public McpEndpoint Endpoint => _endpoint;

    public string Source => $"mcp:{_endpoint.Name}";

    /// <summary>Over HTTP the policy judges the host as well; one that the operator wrote down is the operator's word.</summary>
    public ImmutableArray<HostUse> Hosts { get; }

    /// <summary>When it was asked for anything last.</summary>
    public DateTimeOffset LastUsed => _connection.LastUsed;

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    /// <param name="live">Ask the server now, however fresh the last answer is; a person waits for it.</param>
    public async ValueTask<EndpointTools> ListAsync(bool live, CancellationToken cancellationToken)
    {
        if (_endpoint.Disabled) return EndpointTools.None(McpStatus.Disabled, "Disabled.");
        using var use = _connection.Use();
        await _listing.WaitAsync(cancellationToken);
        try
        {
            if (await _pins.AddressChangeAsync(_endpoint, cancellationToken) is { } change) return EndpointTools.None(McpStatus.Quarantined, change);
            if (!live && await SignInReasonAsync(cancellationToken) is { } signIn) return EndpointTools.None(McpStatus.SignInRequired, signIn);
            var opening = await _connection.OpenAsync(insist: live, cancellationToken);
            if (opening.Link is not { } link) return EndpointTools.None(opening.NeedsSignIn ? McpStatus.SignInRequired : McpStatus.Failed, opening.Reason);
            if (!live && Fresh(link) is { } fresh) return fresh;
            return await AskAsync(link, cancellationToken);
        }
        catch (InvalidDataException exception)
        {
            return EndpointTools.None(McpStatus.Quarantined, exception.Message);
        }
        finally
        {
            _listing.Release();
        }
    }

    /// <summary>The listed tools that a run may use.</summary>
    public IEnumerable<ITool> Offered(EndpointTools listed, AuditedCall calls) =>
        listed.Tools.Where(tool => tool.Listed.State == McpToolState.Offered).Select(tool => new McpTool(this, tool, listed.Link!.Version, calls));

    /// <summary>Asks the server now.</summary>
    public async ValueTask<McpHealth> HealthAsync(CancellationToken cancellationToken)
    {
        var list = await ListAsync(live: true, cancellationToken);
        return new(
            _endpoint.Name,
            list.Status,
            _time.GetUtcNow(),
            list.Latency,
            list.Link?.Client.NegotiatedProtocolVersion,
            list.Link?.ServerName,
            list.Link?.Version,
            list.Tools.Count(tool => tool.Listed.State == McpToolState.Offered),
            list.Reason);
    }

    /// <summary>Accepts the definitions that the server lists now: of one tool, or of all that wait and a changed address as well.</summary>
    /// <param name="seen">See <see cref="McpOperations.ApproveAsync"/>.</param>
    public async ValueTask<McpApproval> ApproveAsync(string? tool, IReadOnlySet<string>? seen, string actor, CancellationToken cancellationToken)
    {
        if (await _pins.AddressChangeAsync(_endpoint, cancellationToken) is { } changed)
        {
            if (tool is not null) return new([], $"{changed} Approve the endpoint first.");
            await _pins.ApproveAddressAsync(_endpoint, actor, cancellationToken);
        }

        var list = await ListAsync(live: true, cancellationToken);
        if (list.Link is null) return new([], list.Reason);
        JudgedTool[] waiting = [.. list.Tools.Where(found => found.Listed.State == McpToolState.Quarantined && (tool is null || found.Listed.Name == tool || found.Listed.OfferedAs == tool))];
        if (tool is not null && waiting.Length == 0) return new([], $"{_endpoint.Name} has no tool '{tool}' that waits for approval.");
        if (seen is not null && waiting.Any(found => !seen.Contains(found.Listed.Hash)))
        {
            _listed = null;
            return new([], seen.Count == 0 ? null : $"{_endpoint.Name} lists something else now than what was shown. Nothing was approved: look again.");
        }

        await _pins.ApproveAsync(_endpoint, waiting, actor, cancellationToken);
        _listed = null;
        return new([.. waiting.Select(found => found.Listed)], null);
    }

    /// <param name="hash">Of the definition that the caller knows: another one is not called.</param>
    public async ValueTask<(ToolResult Result, string Version)> CallAsync(string tool, string hash, JsonElement arguments, CallFrame frame, CancellationToken cancellationToken)
    {
        using var use = _connection.Use();
        for (var attempt = 1; ; attempt++)
        {
            var listed = await ListAsync(live: false, cancellationToken);
            if (listed.Link is not { } link) return (ToolResult.Failed($"{_endpoint.Name} is not available: {listed.Reason}"), "unknown");
            if (listed.Find(tool) is not { Listed.State: McpToolState.Offered } found || found.Listed.Hash != hash)
            {
                return (ToolResult.Denied($"The definition of {tool} changed after it was offered; it waits for {_options.Approval($"{_endpoint.Name} {tool}")}."), link.Version);
            }

            var (result, again) = await CallAsync(link, found, arguments, frame, cancellationToken);
            if (!again || attempt == 2) return (result, link.Version);
        }
    }

    /// <summary>Null when it may be dialled: an endpoint that is known to want a token is left alone until somebody has one.</summary>
    private async ValueTask<string?> SignInReasonAsync(CancellationToken cancellationToken) =>
        _endpoint is McpEndpoint.Http { OAuth: not null } && _session is not null && !await _session.IsSignedInAsync(cancellationToken) ? _session.Needed : null;

    private EndpointTools? Fresh(Link link) =>
        _listed is { } listed && listed.Link == link && _time.GetUtcNow() - _listedAt < _options.ListFreshness && !link.TakeListChanged() ? listed : null;

    private async ValueTask<EndpointTools> AskAsync(Link link, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_options.ConnectTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            link.BeginRequest();
            var started = _time.GetTimestamp();
            var tools = await link.Client.ListToolsAsync(cancellationToken: either.Token).AsTask().WaitAsync(either.Token);
            var latency = _time.GetElapsedTime(started);
            if (tools.Count > MaxTools) return await BrokenAsync(link, $"It lists {tools.Count} tools; at most {MaxTools} are read.");
            var judged = await _pins.JudgeAsync(_endpoint, tools.Select(found => found.ProtocolTool), cancellationToken);
            var waiting = judged.Count(found => found.Listed.State == McpToolState.Quarantined);
            _listedAt = _time.GetUtcNow();
            _listed = waiting == 0
                ? new(McpStatus.Ok, "", link, latency, judged)
                : new(McpStatus.Quarantined, $"{waiting} of {judged.Length} tools wait for {_options.Approval(_endpoint.Name)}.", link, latency, judged);
            return _listed;
        }
        catch (Exception exception) when (exception is not InvalidDataException && !cancellationToken.IsCancellationRequested)
        {
            if (SignInRequiredException.In(exception) is { } needed)
            {
                await _connection.CloseAsync(link, failure: null);
                return EndpointTools.None(McpStatus.SignInRequired, needed.Message);
            }

            return await BrokenAsync(link, Explain(exception, link));
        }
    }

    private async ValueTask<EndpointTools> BrokenAsync(Link link, string reason)
    {
        await _connection.CloseAsync(link, reason);
        return EndpointTools.None(McpStatus.Failed, reason);
    }

    private async ValueTask<(ToolResult Result, bool Again)> CallAsync(Link link, JudgedTool tool, JsonElement arguments, CallFrame frame, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_endpoint.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            link.BeginRequest();
            var result = await link.Client.CallToolAsync(
                tool.Listed.Name,
                arguments.EnumerateObject().ToDictionary(property => property.Name, object? (property) => property.Value),
                frame.Progress is null ? null : new Shown(frame.Progress, _mask),
                new() { Meta = new JsonObject { [KeyField] = frame.Key } },
                either.Token).AsTask().WaitAsync(either.Token);
            return (ResultText.Of(result, _mask), false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && limit.IsCancellationRequested)
        {
            return (ToolResult.Failed($"{tool.Listed.Name} did not answer within {_endpoint.Timeout.TotalSeconds:0} s and was cancelled. It may have happened all the same."), false);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            var reason = Explain(exception, link);
            if (link.IsAlive && exception is not (HttpRequestException or IOException) && SignInRequiredException.In(exception) is null) return (ToolResult.Failed(reason), false);

            await _connection.CloseAsync(link, failure: null);

            // A server that answers 404 has forgotten the session and never saw the call.
            if (IsForgotten(exception)) return (ToolResult.Failed(reason), true);
            var repeatable = tool.Listed.Effect is Effect.Read or Effect.Idempotent;
            return (ToolResult.Failed($"The connection to {_endpoint.Name} ended during the call: {reason}{(repeatable ? "" : " It may have happened all the same.")}"), repeatable);
        }
    }

    private string Explain(Exception exception, Link link)
    {
        var words = link.IsAlive || link.LastWords is not { Length: > 0 } said ? "" : $" It wrote: {said}";
        return PlainText.OneLine(_mask.Apply(Reason.Of(exception) + words), Reason.MaxChars);
    }

    private static ImmutableArray<HostUse> HostsOf(McpEndpoint endpoint, McpOptions options)
    {
        if (endpoint is not McpEndpoint.Http http || !Uri.TryCreate(Placeholders.Strip(http.Url), UriKind.Absolute, out var url)) return [];
        var use = DialRules.Use(url);
        return new DialRules(url, options.Gate, options.PrivateHosts).IsOperatorsWord(use) ? [] : [use];
    }

    private static bool IsForgotten(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is HttpRequestException { StatusCode: HttpStatusCode.NotFound }) return true;
        }

        return false;
    }

    private sealed class Shown(Action<string> progress, SecretMask mask) : IProgress<ProgressNotificationValue>
    {
        private const int MaxChars = 400;

        public void Report(ProgressNotificationValue value)
        {
            if (value.Message is { } message) progress(PlainText.OneLine(mask.Apply(message), MaxChars));
        }
    }
}

/// <param name="Key">Idempotency key, sent in the request's _meta.</param>
internal sealed record CallFrame(string Key, Action<string>? Progress);
