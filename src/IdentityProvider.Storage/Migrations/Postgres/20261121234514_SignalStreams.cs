using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace IdentityProvider.Storage.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class SignalStreams : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "SignalEvents",
                columns: table => new
                {
                    EventId = table.Column<Guid>(type: "uuid", nullable: false),
                    Sequence = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    StreamId = table.Column<Guid>(type: "uuid", nullable: false),
                    Kind = table.Column<int>(type: "integer", nullable: false),
                    UserId = table.Column<Guid>(type: "uuid", nullable: true),
                    SessionId = table.Column<Guid>(type: "uuid", nullable: true),
                    Detail = table.Column<string>(type: "character varying(1000)", maxLength: 1000, nullable: true, collation: "C"),
                    CreatedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    ExpiresAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_SignalEvents", x => x.EventId);
                });

            migrationBuilder.CreateTable(
                name: "SignalPeople",
                columns: table => new
                {
                    ClientId = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false, collation: "C"),
                    UserId = table.Column<Guid>(type: "uuid", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_SignalPeople", x => new { x.ClientId, x.UserId });
                });

            migrationBuilder.CreateTable(
                name: "SignalStreams",
                columns: table => new
                {
                    StreamId = table.Column<Guid>(type: "uuid", nullable: false),
                    ClientId = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: false, collation: "C"),
                    EndpointUrl = table.Column<string>(type: "character varying(2000)", maxLength: 2000, nullable: true, collation: "C"),
                    SealedAuthorization = table.Column<byte[]>(type: "bytea", maxLength: 1100, nullable: true),
                    EventsRequested = table.Column<string>(type: "character varying(10050)", maxLength: 10050, nullable: false, collation: "C"),
                    Delivered = table.Column<int>(type: "integer", nullable: false),
                    Description = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true, collation: "C"),
                    Status = table.Column<int>(type: "integer", nullable: false),
                    StatusReason = table.Column<string>(type: "character varying(200)", maxLength: 200, nullable: true, collation: "C"),
                    CreatedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    VerifiedAt = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    Version = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_SignalStreams", x => x.StreamId);
                    table.ForeignKey(
                        name: "FK_SignalStreams_Clients_ClientId",
                        column: x => x.ClientId,
                        principalTable: "Clients",
                        principalColumn: "ClientId",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "SignalRemovedSubjects",
                columns: table => new
                {
                    StreamId = table.Column<Guid>(type: "uuid", nullable: false),
                    Subject = table.Column<string>(type: "character varying(255)", maxLength: 255, nullable: false, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_SignalRemovedSubjects", x => new { x.StreamId, x.Subject });
                    table.ForeignKey(
                        name: "FK_SignalRemovedSubjects_SignalStreams_StreamId",
                        column: x => x.StreamId,
                        principalTable: "SignalStreams",
                        principalColumn: "StreamId",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.InsertData(
                table: "Topics",
                columns: new[] { "Name", "Version" },
                values: new object[] { "signal_streams", 1L });

            migrationBuilder.CreateIndex(
                name: "IX_SignalEvents_ExpiresAt",
                table: "SignalEvents",
                column: "ExpiresAt");

            migrationBuilder.CreateIndex(
                name: "IX_SignalEvents_StreamId_Sequence",
                table: "SignalEvents",
                columns: new[] { "StreamId", "Sequence" });

            migrationBuilder.CreateIndex(
                name: "IX_SignalPeople_UserId",
                table: "SignalPeople",
                column: "UserId");

            migrationBuilder.CreateIndex(
                name: "IX_SignalStreams_ClientId",
                table: "SignalStreams",
                column: "ClientId");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "SignalEvents");

            migrationBuilder.DropTable(
                name: "SignalPeople");

            migrationBuilder.DropTable(
                name: "SignalRemovedSubjects");

            migrationBuilder.DropTable(
                name: "SignalStreams");

            migrationBuilder.DeleteData(
                table: "Topics",
                keyColumn: "Name",
                keyValue: "signal_streams");
        }
    }
}
