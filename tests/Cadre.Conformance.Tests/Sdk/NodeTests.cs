using Cadre.Conformance.Tests.Server;

namespace Cadre.Conformance.Tests.Sdk;

/// <summary>Programs/assistants.mjs with npm openai 4.104.0.</summary>
public sealed class Assistants_with_openai_4(Assistants_with_openai_4.Run run) : IClassFixture<Assistants_with_openai_4.Run>
{
    public static TheoryData<string> Checks => NodeProgram.Checks("assistants", "v4");

    [Theory]
    [MemberData(nameof(Checks))]
    public void Finds_that(string check) => run.Holds(check);

    [Fact]
    public void Receives_only_what_the_description_allows() => run.FitsTheDescription();

    public sealed class Run(ServerUnderTest server) : NodeProgram(server, "assistants", "v4");
}

/// <summary>Programs/assistants.mjs with npm openai 7.55.0.</summary>
public sealed class Assistants_with_openai_7(Assistants_with_openai_7.Run run) : IClassFixture<Assistants_with_openai_7.Run>
{
    public static TheoryData<string> Checks => NodeProgram.Checks("assistants", "v7");

    [Theory]
    [MemberData(nameof(Checks))]
    public void Finds_that(string check) => run.Holds(check);

    [Fact]
    public void Receives_only_what_the_description_allows() => run.FitsTheDescription();

    [Fact]
    public void Uses_every_operation() => run.UsesAll("/assistants", "/threads");

    public sealed class Run(ServerUnderTest server) : NodeProgram(server, "assistants", "v7");
}

/// <summary>Programs/files.mjs with npm openai 4.104.0.</summary>
public sealed class Files_with_openai_4(Files_with_openai_4.Run run) : IClassFixture<Files_with_openai_4.Run>
{
    public static TheoryData<string> Checks => NodeProgram.Checks("files", "v4");

    [Theory]
    [MemberData(nameof(Checks))]
    public void Finds_that(string check) => run.Holds(check);

    [Fact]
    public void Receives_only_what_the_description_allows() => run.FitsTheDescription();

    public sealed class Run(ServerUnderTest server) : NodeProgram(server, "files", "v4");
}

/// <summary>Programs/files.mjs with npm openai 7.55.0.</summary>
public sealed class Files_with_openai_7(Files_with_openai_7.Run run) : IClassFixture<Files_with_openai_7.Run>
{
    public static TheoryData<string> Checks => NodeProgram.Checks("files", "v7");

    [Theory]
    [MemberData(nameof(Checks))]
    public void Finds_that(string check) => run.Holds(check);

    [Fact]
    public void Receives_only_what_the_description_allows() => run.FitsTheDescription();

    [Fact]
    public void Uses_every_operation() => run.UsesAll("/files", "/uploads", "/vector_stores", "/containers");

    public sealed class Run(ServerUnderTest server) : NodeProgram(server, "files", "v7");
}

/// <summary>Programs/responses.mjs with npm openai 4.104.0.</summary>
public sealed class Responses_with_openai_4(Responses_with_openai_4.Run run) : IClassFixture<Responses_with_openai_4.Run>
{
    public static TheoryData<string> Checks => NodeProgram.Checks("responses", "v4");

    [Theory]
    [MemberData(nameof(Checks))]
    public void Finds_that(string check) => run.Holds(check);

    [Fact]
    public void Receives_only_what_the_description_allows() => run.FitsTheDescription();

    public sealed class Run(ServerUnderTest server) : NodeProgram(server, "responses", "v4");
}

/// <summary>Programs/responses.mjs with npm openai 7.55.0.</summary>
public sealed class Responses_with_openai_7(Responses_with_openai_7.Run run) : IClassFixture<Responses_with_openai_7.Run>
{
    public static TheoryData<string> Checks => NodeProgram.Checks("responses", "v7");

    [Theory]
    [MemberData(nameof(Checks))]
    public void Finds_that(string check) => run.Holds(check);

    [Fact]
    public void Receives_only_what_the_description_allows() => run.FitsTheDescription();

    [Fact]
    public void Uses_every_operation() => run.UsesAll("/responses");

    public sealed class Run(ServerUnderTest server) : NodeProgram(server, "responses", "v7");
}

/// <summary>Programs/chat.mjs with npm openai 4.104.0.</summary>
public sealed class Chat_with_openai_4(Chat_with_openai_4.Run run) : IClassFixture<Chat_with_openai_4.Run>
{
    public static TheoryData<string> Checks => NodeProgram.Checks("chat", "v4");

    [Theory]
    [MemberData(nameof(Checks))]
    public void Finds_that(string check) => run.Holds(check);

    [Fact]
    public void Receives_only_what_the_description_allows() => run.FitsTheDescription();

    public sealed class Run(ServerUnderTest server) : NodeProgram(server, "chat", "v4");
}

/// <summary>Programs/chat.mjs with npm openai 7.55.0.</summary>
public sealed class Chat_with_openai_7(Chat_with_openai_7.Run run) : IClassFixture<Chat_with_openai_7.Run>
{
    public static TheoryData<string> Checks => NodeProgram.Checks("chat", "v7");

    [Theory]
    [MemberData(nameof(Checks))]
    public void Finds_that(string check) => run.Holds(check);

    [Fact]
    public void Receives_only_what_the_description_allows() => run.FitsTheDescription();

    [Fact]
    public void Uses_every_operation() => run.UsesAll("/chat", "/embeddings", "/models", "/completions", "/moderations");

    public sealed class Run(ServerUnderTest server) : NodeProgram(server, "chat", "v7");
}

/// <summary>Programs/conversations.mjs with npm openai 7.55.0.</summary>
public sealed class Conversations_with_openai_7(Conversations_with_openai_7.Run run) : IClassFixture<Conversations_with_openai_7.Run>
{
    public static TheoryData<string> Checks => NodeProgram.Checks("conversations", "v7");

    [Theory]
    [MemberData(nameof(Checks))]
    public void Finds_that(string check) => run.Holds(check);

    [Fact]
    public void Receives_only_what_the_description_allows() => run.FitsTheDescription();

    [Fact]
    public void Uses_every_operation() => run.UsesAll("/conversations");

    public sealed class Run(ServerUnderTest server) : NodeProgram(server, "conversations", "v7");
}

/// <summary>Programs/agents.mjs with npm openai 7.55.0.</summary>
public sealed class Agents_with_openai_7(Agents_with_openai_7.Run run) : IClassFixture<Agents_with_openai_7.Run>
{
    public static TheoryData<string> Checks => NodeProgram.Checks("agents", "v7");

    [Theory]
    [MemberData(nameof(Checks))]
    public void Finds_that(string check) => run.Holds(check);

    [Fact]
    public void Receives_only_what_the_description_allows() => run.FitsTheDescription();

    [Fact]
    public void Uses_every_operation() => run.UsesAll("/agents");

    public sealed class Run(ServerUnderTest server) : NodeProgram(server, "agents", "v7");
}

/// <summary>Programs/chatkit.mjs with npm openai 7.55.0.</summary>
public sealed class ChatKit_with_openai_7(ChatKit_with_openai_7.Run run) : IClassFixture<ChatKit_with_openai_7.Run>
{
    public static TheoryData<string> Checks => NodeProgram.Checks("chatkit", "v7");

    [Theory]
    [MemberData(nameof(Checks))]
    public void Finds_that(string check) => run.Holds(check);

    [Fact]
    public void Receives_only_what_the_description_allows() => run.FitsTheDescription();

    [Fact]
    public void Uses_every_operation() => run.UsesAll("/chatkit");

    public sealed class Run(ServerUnderTest server) : NodeProgram(server, "chatkit", "v7");
}

/// <summary>Programs/protocols.mjs with npm openai 7.55.0.</summary>
public sealed class Protocols_with_openai_7(Protocols_with_openai_7.Run run) : IClassFixture<Protocols_with_openai_7.Run>
{
    public static TheoryData<string> Checks => NodeProgram.Checks("protocols", "v7");

    [Theory]
    [MemberData(nameof(Checks))]
    public void Finds_that(string check) => run.Holds(check);

    [Fact]
    public void Receives_only_what_the_description_allows() => run.FitsTheDescription();

    public sealed class Run(ServerUnderTest server) : NodeProgram(server, "protocols", "v7");
}
