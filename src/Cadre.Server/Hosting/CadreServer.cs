using Cadre.Engine;
using Cadre.Engine.Runs;
using Cadre.Knowledge;
using Cadre.Knowledge.Extraction;
using Cadre.Server.Accounting;
using Cadre.Server.Agents;
using Cadre.Server.Agents.Environments;
using Cadre.Server.Assistants;
using Cadre.Server.Audit;
using Cadre.Server.Chat;
using Cadre.Server.ChatCompletions;
using Cadre.Server.ChatKit;
using Cadre.Server.Definitions;
using Cadre.Server.Events;
using Cadre.Server.Files;
using Cadre.Server.Files.Containers;
using Cadre.Server.Files.VectorStores;
using Cadre.Server.Functions;
using Cadre.Server.HostedTools;
using Cadre.Server.Http;
using Cadre.Server.Identity;
using Cadre.Server.Identity.Tokens;
using Cadre.Server.Mcp;
using Cadre.Server.McpEndpoints;
using Cadre.Server.Operations;
using Cadre.Server.Platform;
using Cadre.Server.Registry;
using Cadre.Server.Responses;
using Cadre.Server.Runs;
using Cadre.Server.Sessions;
using Cadre.Server.Tasks;
using Cadre.Server.Templates;
using Cadre.Server.Threads;
using Cadre.Server.Upstreams;
using Cadre.Server.Webhooks;
using Cadre.Storage.Blobs;
using Cadre.Storage.Documents;
using Cadre.Storage.Queues;
using Cadre.Storage.Sqlite;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Cadre.Server.Hosting;

/// <summary>A running server: the engine over one store, and the faces on one port. This file is the table of contents.</summary>
public sealed class CadreServer : IAsyncDisposable
{
    /// <summary>Runs that are driven side by side; those that wait hold none.</summary>
    private const int Lanes = 256;

    /// <summary>For answers to leave after what they waited for was ended.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);

    private readonly WebApplication _app;
    private readonly EngineRoom _engine;
    private readonly Ending _ending;

    private CadreServer(WebApplication app, ServerContext context, EngineRoom engine, Ending ending, string? firstKey) =>
        (_app, Context, _engine, _ending, FirstKey, Sessions) = (app, context, engine, ending, firstKey, new(context));

    /// <summary>The key that this start made; null when there was one.</summary>
    public string? FirstKey { get; }

    internal ServerContext Context { get; }

    /// <summary>For programs that embed the server (docs/sessions.md).</summary>
    public AgentSessions Sessions { get; }

    internal IEnumerable<RouteEndpoint> Routes => ((IEndpointRouteBuilder)_app).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>();

    /// <summary>Where it listens.</summary>
    public Uri Address => new(_app.Urls.First());

    /// <summary>Completes when nothing more can be recorded, or when it was stopped.</summary>
    public Task Completion => _engine.Completion;

    public static async Task<CadreServer> StartAsync(ServerParts parts, CancellationToken cancellationToken)
    {
        if (parts.Tokens?.Problem is { } problem) throw new TokenSettingsException(problem);
        var ending = new Ending();
        var store = await SqliteStore.OpenAsync(parts.StateDirectory, null, parts.Time, cancellationToken);
        try
        {
            var webhooks = new WebhookRegistry(store, parts.Time);
            await webhooks.LoadAsync(cancellationToken);
            var context = Assemble(parts, store, webhooks, ending);
            var firstKey = await context.Keys.BootstrapAsync(parts.BootstrapKey, cancellationToken);
            var app = Build(context, webhooks);
            var engine = new EngineRoom(context, Lanes);
            await context.Work.PrepareAsync(cancellationToken);
            await engine.StartAsync(cancellationToken);
            context.Work.Start();
            await app.StartAsync(cancellationToken);
            context.McpEndpoints.Root = parts.PublicUrl ?? new Uri(app.Urls.First());
            return new(app, context, engine, ending, firstKey);
        }
        catch
        {
            ending.Dispose();
            await store.DisposeAsync();
            throw;
        }
    }

    /// <summary>Takes no more requests, lets those under way finish within <paramref name="grace"/>, and lets go of the runs: they go on after the next start.</summary>
    public async Task StopAsync(TimeSpan grace)
    {
        await _ending.BeginAsync(grace);
        using var limit = new CancellationTokenSource(grace + Farewell);
        await _app.StopAsync(limit.Token);
        await _ending.FinishAsync();
        await _engine.StopAsync();
        await Context.Work.StopAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.Zero);
        await _app.DisposeAsync();
        await Context.McpEndpoints.DisposeAsync();
        await Context.Knowledge.DisposeAsync();
        await Context.Store.DisposeAsync();
        Context.Work.Dispose();
        _engine.Dispose();
        _ending.Dispose();
    }

    private static ServerContext Assemble(ServerParts parts, SqliteStore sqlite, WebhookRegistry webhooks, Ending ending)
    {
        var events = new EventBus();
        var work = new BackgroundWork(parts.Time, parts.Log.CreateLogger<BackgroundWork>());
        var access = new AccessWatch(parts.Audit, new HttpContextAccessor(), parts.Time);
        work.Add("attempts to reach what is another's", access.RunAsync);
        IStore store = new WatchedStore(new EventedStore(sqlite, events, webhooks, parts.Time), access);
        var journal = new ThreadJournal(store);
        var blobs = FileBlobs.Open(parts.StateDirectory, parts.Time);
        var files = new FileStore(store, blobs, parts.Time);
        var embedder = new EndpointEmbedder(parts.Endpoint, parts.EmbeddingModel, parts.Time, parts.Log.CreateLogger<EndpointEmbedder>());
        var reading = ExtractorOptions.Default with { TemporaryDirectory = Path.Combine(parts.StateDirectory, "knowledge", "reading") };
        var knowledge = new KnowledgeIndex(new(Path.Combine(parts.StateDirectory, "knowledge")), new(parts.Sandbox, reading), embedder);
        var vectorStores = new VectorStores(store, blobs, files, knowledge, parts.Time, parts.Log);
        var upstream = new Upstream(parts.Endpoint);
        var models = new ModelNames(parts.ToolsDirectory, parts.DefaultModel, new(upstream, parts.Time), parts.Time, parts.Log.CreateLogger<ModelNames>());
        var threads = new ThreadStore(store);
        var functions = new HttpFunctions(parts.ToolsDirectory, Environment.GetEnvironmentVariable, parts.Time, parts.Log.CreateLogger<HttpFunctions>());
        var chat = new ChatConfiguration(parts.ToolsDirectory, parts.ChatModel, parts.Log.CreateLogger<ChatConfiguration>());
        var containers = new ContainerStore(store, parts.Time);
        var rooms = new CodeInterpreterRooms(parts.Sandbox, Path.Combine(parts.StateDirectory, "interpreter"), parts.Time);
        var interpreter = new CodeInterpreter(new(store, blobs, files, containers, rooms, parts.Time));
        work.Add("The code interpreters' idle time", rooms.RunAsync);
        var platform = new PlatformTools();
        var ids = new Ids(parts.Time);
        var mcpEndpoints = new LiveEndpoints(parts, store);
        var ports = new EnginePorts
        {
            Journal = journal,
            Queue = new InProcessQueue(),
            Model = new AliasedModel(parts.Model, models),
            Tools = [new HostedToolSource([new FileSearch(vectorStores), interpreter]), functions, new EnvironmentTools(parts), platform, .. parts.Tools, new OrganisationTools(mcpEndpoints)],
            Policies = parts.Policies,
            Audit = parts.Audit,
            Feed = new Feed(journal),
            Time = parts.Time,
        };
        return new()
        {
            Parts = parts with { ReloadPolicies = async cancellation => [.. await parts.ReloadPolicies(cancellation), .. models.Reload(), .. functions.Reload(), .. chat.Reload()] },
            Store = store,
            Blobs = blobs,
            Files = files,
            Knowledge = knowledge,
            VectorStores = vectorStores,
            Containers = containers,
            Engine = ports,
            Runs = new(store, ports),
            Threads = threads,
            Keys = new(store, parts.Audit, parts.Time),
            Users = new(store, parts.Audit, parts.Time),
            SignIns = new(parts.Audit, parts.Time, work),
            Tokens = TokenVerifier.Of(parts),
            Events = events,
            Access = access,
            Work = work,
            Ids = ids,
            Platform = platform,
            Calls = new(ports, store, ids),
            McpEndpoints = mcpEndpoints,
            Upstream = upstream,
            Models = models,
            Functions = functions,
            Chat = chat,
            Draining = ending.Draining,
            Stopping = ending.Stopping,
        };
    }

    private static WebApplication Build(ServerContext context, WebhookRegistry webhooks)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls(context.Parts.Url);
        builder.Services.AddRoutingCore().AddHttpContextAccessor();
        builder.Services.AddSingleton(context.Parts.Log);
        builder.WebHost.ConfigureKestrel(options => options.AddServerHeader = false);
        var app = builder.Build();
        app.Use(next => new RequestIds(next, context.Time).InvokeAsync);
        app.Use(next => new Errors(next, context.Parts.Log.CreateLogger<Errors>()).InvokeAsync);
        app.Use(next => new Authentication(context, next).InvokeAsync);
        app.Use(next => new RateLimits(next).InvokeAsync);
        app.Use(next => new GrantGate(next).InvokeAsync);
        app.Use(next => new Idempotency(next, context.Store, context.Time).InvokeAsync);
        app.UseRouting();
        app.UseWebSockets();
        Map(app, context, webhooks);
        Work(context, webhooks);
        app.Lifetime.ApplicationStopped.Register(context.Upstream.Dispose);
        app.Lifetime.ApplicationStopped.Register(context.Functions.Dispose);
        app.Lifetime.ApplicationStopped.Register(() => context.Tokens?.Dispose());
        return app;
    }

    private static void Work(ServerContext context, WebhookRegistry webhooks)
    {
        context.Work.Add("retention", new Retention(context).RunAsync);
        context.Work.Add("webhooks", async stop =>
        {
            using var dispatcher = new WebhookDispatcher(context.Store, webhooks, context.Parts.PrivateHosts.Contains, context.Time, context.Parts.Log.CreateLogger<WebhookDispatcher>());
            await dispatcher.RunAsync(stop);
        });
    }

    private static void Map(IEndpointRouteBuilder routes, ServerContext context, WebhookRegistry webhooks)
    {
        Health.Map(routes, context);
        AssistantsFace.Map(routes, context);
        ResponsesFace.Map(routes, context);
        ChatFace.Map(routes, context);
        ChatApi.Map(routes, context);
        UsageApi.Map(routes, context);
        TemplatesFace.Map(routes, context);
        FilesFace.Map(routes, context);
        AgentsFace.Map(routes, context);
        ChatKitFace.Map(routes, context);
        McpFace.Map(routes, context);
        SessionsFace.Map(routes, context);
        TasksFace.Map(routes, context);
        McpEndpointsFace.Map(routes, context);
        PlatformFace.Map(context);
        OperationsFace.Map(routes, context, webhooks);
        AuditFace.Map(routes, context);
    }
}
